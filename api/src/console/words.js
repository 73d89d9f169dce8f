// How times, numbers and names are written.

const LANGUAGE = "en-GB";
const clock = new Intl.DateTimeFormat(LANGUAGE, { timeStyle: "medium" });
const day = new Intl.DateTimeFormat(LANGUAGE, { day: "numeric", month: "short" });
const whole = new Intl.DateTimeFormat(LANGUAGE, { dateStyle: "medium", timeStyle: "medium" });
const plain = new Intl.NumberFormat(LANGUAGE);

/** Backlogs are counted no further. */
const MOST_COUNTED = 100_000;

export const number = (value) => plain.format(value);
export const backlog = (value) => (value >= MOST_COUNTED ? `${number(MOST_COUNTED)}+` : number(value));

/** "50 of 167": how much of a list is on the page. */
export function portion(shown, { total, total_is_estimate: isEstimate }) {
  return shown ? `${number(shown)} of ${number(total)}${isEstimate ? " or more" : ""}, the newest first` : "";
}

/** "14:03:22" today, "21 Nov 14:03:22" on any other day. */
export function moment(date) {
  const today = date.toDateString() === new Date().toDateString();
  return today ? clock.format(date) : `${day.format(date)} ${clock.format(date)}`;
}

export const exactly = (date) => whole.format(date);

export function span(seconds) {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

/** The end of a UUIDv7: its start is a time, which neighbours share. */
export const short = (id) => `…${id.slice(-8)}`;

export const isId = (text) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
