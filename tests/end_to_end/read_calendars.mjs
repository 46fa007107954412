// Reads calendars (a JSON list) from standard input with ical.js, as Thunderbird and Nextcloud do, and prints of each its
// meeting.
import { readFileSync } from "node:fs";
import ICAL from "ical.js";

const read = JSON.parse(readFileSync(0, "utf8")).map((text) => {
  const calendar = new ICAL.Component(ICAL.parse(text));
  for (const zone of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);
  const event = new ICAL.Event(calendar.getFirstSubcomponent("vevent"));
  return {
    method: calendar.getFirstPropertyValue("method"),
    uid: event.uid,
    sequence: event.sequence,
    starts_at: event.startDate.toUnixTime(),
    ends_at: event.endDate.toUnixTime(),
  };
});
console.log(JSON.stringify(read));
