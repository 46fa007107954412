// Publishes CloudEvents and prints what became of each: node publish.mjs FILE ...
//
// A file holds one event as JSON. HANDELSBYER_BROKER is the address that the operator gave you:
// amqps://<system>:<password>@<host>:5671/
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import amqp from "amqplib";

const PAUSES = [1, 5, 25]; // seconds before another try
const PATIENCE = 30; // seconds to wait for an answer
const REFUSED = /ACCESS.REFUSED|NOT.FOUND|PRECONDITION|NO_ROUTE/; // where another try helps nobody
const PERSISTENT = { persistent: true, mandatory: true, contentType: "application/cloudevents+json" };

/** Publish until all is answered; what comes twice is taken in once, for its id stays the same. */
async function main(files) {
  const address = process.env.HANDELSBYER_BROKER || exit("HANDELSBYER_BROKER is not set");
  const system = userIn(address);
  const unanswered = new Map(await Promise.all(files.map(read))); // by source and id
  for (const pause of [...PAUSES, null]) {
    try {
      await publishAndRead(address, system, unanswered);
      break;
    } catch (why) {
      if (REFUSED.test(why.message)) exit(`refused: ${why.message}`);
      if (pause === null) exit(`given up: ${why.message}`);
      console.error(`${why.message}; again in ${pause} s`);
      await sleep(pause * 1000);
    }
  }
  if (unanswered.size) exit(`not answered yet: ${[...unanswered.keys()].map((name) => JSON.parse(name)[1])}`);
}

function userIn(address) {
  try {
    return decodeURIComponent(new URL(address).username);
  } catch {
    exit("HANDELSBYER_BROKER must be amqps://<system>:<password>@<host>:<port>/");
  }
}

/** Return what an answer will call the event, and the event. */
async function read(file) {
  try {
    const body = await readFile(file);
    const { source = null, id = null } = JSON.parse(body);
    return [JSON.stringify([source, id]), body];
  } catch (why) {
    exit(`${file}: ${why.message}`);
  }
}

async function publishAndRead(address, system, unanswered) {
  const connection = await amqp.connect(address, { timeout: PATIENCE * 1000 });
  const talk = async () => {
    const channel = await connection.createConfirmChannel();
    const exchange = publish(channel, system, unanswered).then(() => readAnswers(channel, system, unanswered));
    await Promise.race([failure(channel), exchange]);
    await channel.close(); // else the last acknowledgement may be lost
  };
  try {
    await Promise.race([failure(connection), talk()]);
  } finally {
    await connection.close().catch(() => {}); // it may be closed already
  }
}

/** Resolve once the broker has confirmed each message. */
async function publish(channel, system, messages) {
  for (const body of messages.values()) channel.publish("upstream", `${system}.members`, body, PERSISTENT);
  await channel.waitForConfirms();
}

/** Read until all is answered, or nothing has come for a while; acknowledge only what is dealt with. */
function readAnswers(channel, system, unanswered) {
  return new Promise((resolve, reject) => {
    const silence = setTimeout(resolve, PATIENCE * 1000).unref();
    const take = (delivery) => {
      silence.refresh();
      const answer = JSON.parse(delivery.content);
      dealWith(delivery.properties.headers["ce-type"], answer);
      channel.ack(delivery);
      unanswered.delete(JSON.stringify([answer.message_source, answer.message_id]));
      if (unanswered.size === 0) resolve();
    };
    channel.consume(`upstream.answers.${system}`, take).catch(reject);
  });
}

/** Here your system notes what became of its message. */
function dealWith(kind, { message_id: id, organisation_id: organisation, organisation_version: version, faults }) {
  if (kind === "upstream.message_accepted.v1") console.log(`${id} accepted: ${organisation} version ${version}`);
  if (kind === "upstream.message_superseded.v1") console.log(`${id} superseded`);
  if (kind === "upstream.message_rejected.v1") {
    console.log(`${id} rejected:`);
    for (const { field, reason, expected } of faults) console.log(`  ${field} ${reason}; expected: ${expected}`);
  }
}

/** Fail once the broker closes the connection or the channel, takes nothing, or returns a message. */
function failure(emitter) {
  return new Promise((_, reject) => {
    emitter.on("error", reject);
    emitter.on("close", () => reject(new Error("closed by the broker")));
    emitter.on("blocked", (why) => reject(new Error(`the broker takes nothing: ${why}`)));
    emitter.on("return", () => reject(new Error("NO_ROUTE: no queue wants the message")));
  });
}

function exit(why) {
  console.error(why);
  process.exit(1);
}

const files = process.argv.slice(2);
await main(files.length ? files : exit("node publish.mjs FILE ..."));
