// Reads a calendar from standard input with ical.js and prints its events as JSON.
import { readFileSync } from "node:fs";
import ICAL from "ical.js";

const calendar = new ICAL.Component(ICAL.parse(readFileSync(0, "utf8")));
const events = calendar.getAllSubcomponents("vevent").map((component) => {
  const event = new ICAL.Event(component);
  return { uid: event.uid, start: event.startDate.toJSDate().toISOString(), sequence: event.sequence, location: event.location };
});
process.stdout.write(JSON.stringify(events));
