// The same sizes made by sharp: node sharp.mjs '{"folder": "…", "written": "jpeg|webp|both", "mode": "each|chain"}'.
// One thread. Prints one line of JSON.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';

const { folder, written, mode } = JSON.parse(process.argv[2]);
const SIZES = [1600, 640, 160];
const FORMATS = written === 'both' ? ['jpeg', 'webp'] : [written];
const QUALITY = 80;

sharp.concurrency(1);
sharp.cache(false);

const inside = (size) => ({ width: size, height: size, fit: 'inside', withoutEnlargement: true });

// Each size from the file: JPEG is decoded at a fraction of its size where that is enough.
async function each(file) {
  let bytes = 0;
  for (const size of SIZES) {
    for (const format of FORMATS) {
      const made = await sharp(file).rotate().resize(inside(size))[format]({ quality: QUALITY }).toBuffer();
      bytes += made.length;
    }
  }
  return bytes;
}

// Each size from the pixels of the one above.
async function chain(file) {
  let bytes = 0;
  let above = sharp(file).rotate();
  for (const size of SIZES) {
    const { data, info } = await above.resize(inside(size)).raw().toBuffer({ resolveWithObject: true });
    const raw = { raw: { width: info.width, height: info.height, channels: info.channels } };
    for (const format of FORMATS) {
      bytes += (await sharp(data, raw)[format]({ quality: QUALITY }).toBuffer()).length;
    }
    above = sharp(data, raw);
  }
  return bytes;
}

const make = mode === 'chain' ? chain : each;
const files = readdirSync(folder).sort().map((name) => join(folder, name));
await make(readFileSync(files[0]));
const started = process.hrtime.bigint();
let bytes = 0;
for (const path of files) bytes += await make(readFileSync(path));
const seconds = Number(process.hrtime.bigint() - started) / 1e9;
const peak_kib = Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
console.log(JSON.stringify({ pictures: files.length, seconds, bytes, peak_kib }));
