// What the peer programs share: the contract (arguments in, one line of JSON out), the stopwatch, and the fleet of
// worker processes a drain is timed over. A peer brings its measures and a worker; nothing here knows an engine.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** `note` is progress for a reader: stdout carries the result and nothing else. */
export const note = (...words) => console.error(...words);

/**
 * The peer `name`, as a command: `node <peer>.mjs <measure> [json options]`.
 * `measures` maps a measure to { options: defaults, run(options) → fields of the result }; `work(options, handled)`
 * starts a worker that calls `handled()` once a job, and resolves to the function that stops it.
 */
export async function peer({ name, measures, work }) {
  if (process.send) return workInFleet(work);
  const [measure, json = '{}'] = process.argv.slice(2);
  const known = Object.keys(measures);
  if (!known.includes(measure)) fail(`usage: node <peer>.mjs ${known.join('|')} [json options]`);
  try {
    const given = JSON.parse(json);
    const options = { ...measures[measure].options(given), ...given };
    note(`${name} ${measure}`, options);
    const result = await measures[measure].run(options);
    const { variant = 'default', ...settings } = options;
    const said = { peer: name, version: installed(name), measure, variant, ...result, settings, node: process.version };
    console.log(JSON.stringify(said));
    process.exit(0); // a client's idle socket must not keep a finished measure alive
  } catch (error) {
    fail(error.stack);
  }
}

function fail(why) {
  note(why);
  process.exit(1);
}

const installed = (name) =>
  JSON.parse(readFileSync(new URL(`../node_modules/${name}/package.json`, import.meta.url))).version;

const rate = (jobs, seconds) => ({
  jobs,
  seconds: Number(seconds.toFixed(4)),
  per_second: Math.round(jobs / seconds),
});

/** Calls `one(i)` for 0 ≤ i < `calls` from `lanes` loops at once, each waiting for its own call: seconds. */
async function stopwatch(calls, lanes, one) {
  let next = 0;
  const lane = async () => {
    while (next < calls) await one(next++);
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: lanes }, lane));
  return (performance.now() - start) / 1000;
}

/** Jobs enqueued one a call, after `lanes` × 20 that open the connections and warm the code. */
export async function enqueueSingly({ jobs, lanes }, add) {
  await stopwatch(lanes * 20, lanes, add);
  return rate(jobs, await stopwatch(jobs, lanes, add));
}

/** Jobs enqueued `batch` a call; `addMany(ids)` takes the ids of one batch. */
export async function enqueueInBulk({ jobs, batch, lanes, warmup = 2 }, addMany) {
  const ids = (from) => Array.from({ length: Math.min(batch, jobs - from) }, (_, i) => from + i);
  await stopwatch(lanes * warmup, lanes, () => addMany(ids(0)));
  return rate(jobs, await stopwatch(Math.ceil(jobs / batch), lanes, (i) => addMany(ids(i * batch))));
}

/** Just before `add()` to the first line of the handler, one job at a time in an idle engine, on one clock. */
export async function latency({ samples, warmup, gap_ms }, start, add) {
  let started;
  const stop = await start(() => started(performance.now()));
  await sleep(500); // listening, and idle
  const waits = [];
  for (let i = 0; i < warmup + samples; i++) {
    const handled = new Promise((resolve) => (started = resolve));
    const before = performance.now();
    await add(i);
    waits.push((await handled) - before);
    await sleep(gap_ms);
  }
  await stop();
  const sorted = waits.slice(warmup).sort((a, b) => a - b);
  const at = (share) => Number(sorted[Math.ceil(share * samples) - 1].toFixed(3));
  return { p50_ms: at(0.5), p99_ms: at(0.99), max_ms: at(1), samples };
}

/** From the order to start, given to `processes` workers already loaded, to the moment `empty()` holds. */
export async function drain({ jobs, processes, ...options }, empty) {
  const fleet = Array.from({ length: processes }, () => fork(process.argv[1], { stdio: ['ignore', 2, 2, 'ipc'] }));
  const lost = Promise.race(fleet.map(async (child) => {
    const [code] = await once(child, 'exit');
    if (code !== 0) throw new Error(`a worker process ended with ${code}`);
  }));
  try {
    await Promise.race([lost, Promise.all(fleet.map((child) => once(child, 'message')))]);
    const start = performance.now();
    await Promise.race([lost, allHandled(fleet, jobs, options)]);
    while (!(await empty())) await sleep(1);
    const seconds = (performance.now() - start) / 1000;
    for (const child of fleet) child.send('stop');
    await Promise.all(fleet.map((child) => child.exitCode ?? once(child, 'exit')));
    return rate(jobs, seconds);
  } finally {
    for (const child of fleet) child.kill();
  }
}

function allHandled(fleet, jobs, options) {
  const counts = fleet.map(() => 0);
  return new Promise((resolve) => {
    fleet.forEach((child, i) => {
      child.on('message', (count) => {
        counts[i] = count;
        if (counts.reduce((sum, count) => sum + count) >= jobs) resolve();
      });
      child.send(options);
    });
  });
}

/** The other end of `drain`: says it is loaded, starts on the options, reports its count every 2 ms it changed. */
async function workInFleet(work) {
  process.once('disconnect', () => process.exit(1)); // the measure was killed: do not outlive it
  process.send('loaded');
  const [options] = await once(process, 'message');
  let [count, told] = [0, 0];
  const telling = setInterval(() => count > told && process.send((told = count)), 2);
  const stop = await work(options, () => count++);
  await once(process, 'message');
  clearInterval(telling);
  await stop();
  process.exit(0);
}
