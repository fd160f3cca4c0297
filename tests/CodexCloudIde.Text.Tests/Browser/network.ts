// The browser's sync client over a bad network. At the end everybody has the same text, and every edit was sequenced exactly once.
import { Server } from "./server.ts";
import { generator, Page } from "./world.ts";

const first = Number(process.argv[2]);
const count = Number(process.argv[3]);
/** So few that pages often come back too late for what they missed, and must take the whole text. */
const remembered = Number(process.argv[4]);
/** A whole text does not tell a character that was typed anew from the one that was taken back. */
const undoing = remembered < 100 ? 0 : 0.2;

async function run(seed: number): Promise<void> {
  const random = generator(seed);
  const server = new Server("start\n", remembered);
  const pages = Array.from({ length: 2 + Math.floor(random() * 3) }, () => new Page(server, random, undoing));
  await Promise.all(pages.map((page) => page.start()));
  const marks: string[] = [];
  for (let step = 0; step < 60; step++) {
    const page = pages[Math.floor(random() * pages.length)]!;
    // One unit each, so that no other edit can come into the middle of it.
    const mark = String.fromCharCode(0xe000 + step);
    marks.push(mark);
    page.type(mark);
    if (random() < 0.06) {
      page.cut();
    }
    if (random() < 0.08) {
      page.compose();
    }
    if (random() < 0.04) {
      await page.reload();
    }
    await new Promise((resolve) => setTimeout(resolve, random() * 6));
  }
  const quiet = () => pages.every((page) => page.client.state === "saved" && page.client.text === server.text);
  for (let waited = 0; !quiet() && waited < 400; waited++) {
    if (waited % 100 === 99) {
      // An event that was dropped last leaves no gap to see: a reconnect finds it, as it does in life.
      pages.forEach((page) => page.cut());
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  for (const page of pages) {
    if (page.client.text !== server.text || page.shown !== server.text || page.client.unsent !== 0 || page.kept.size !== 0) {
      throw new Error(`not converged: ${JSON.stringify({ state: page.client.state, unsent: page.client.unsent, kept: page.kept.size, mine: page.client.text, shown: page.shown, server: server.text }).replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16)}`)}`);
    }
  }
  for (const mark of marks) {
    if (server.text.split(mark).length !== 2) {
      throw new Error(`${mark} is there ${server.text.split(mark).length - 1} times`);
    }
  }
}

const results = await Promise.allSettled(Array.from({ length: count }, (_, index) => run(first + index)));
const failed = results.flatMap((result, index) => (result.status === "rejected" ? [`seed ${first + index}: ${(result.reason as Error).stack}`] : []));
if (failed.length > 0) {
  console.error(failed.slice(0, 3).join("\n"));
  process.exit(1);
}
console.log(`${count} runs converged`);
process.exit(0);
