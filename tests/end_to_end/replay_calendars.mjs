// Reads calendars from standard input with ical.js, as Thunderbird and Nextcloud do, takes them in in each of some
// orders, and prints what the reader's calendar holds after each: [uid, start, end] of every meeting, in Unix time.
import { readFileSync } from "node:fs";
import ICAL from "ical.js";

const { calendars, orders } = JSON.parse(readFileSync(0, "utf8"));

const read = calendars.map((text) => {
  const calendar = new ICAL.Component(ICAL.parse(text));
  for (const zone of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);
  const cancels = calendar.getFirstPropertyValue("method") === "CANCEL";
  return calendar.getAllSubcomponents("vevent").map((component) => {
    const event = new ICAL.Event(component);
    const gone = cancels || component.getFirstPropertyValue("status") === "CANCELLED";
    const stamp = component.getFirstPropertyValue("dtstamp").toUnixTime();
    return { uid: event.uid, sequence: event.sequence, stamp, gone, event };
  });
});

function held(order) {
  const newest = new Map();
  for (const entry of order.flatMap((number) => read[number])) {
    const known = newest.get(entry.uid);
    const newer = !known || entry.sequence > known.sequence || (entry.sequence === known.sequence && entry.stamp >= known.stamp);
    if (newer) newest.set(entry.uid, entry);
  }
  return [...newest.values()]
    .filter((entry) => !entry.gone)
    .map(({ uid, event }) => [uid, event.startDate.toUnixTime(), event.endDate.toUnixTime()])
    .sort();
}

console.log(JSON.stringify(orders.map(held)));
