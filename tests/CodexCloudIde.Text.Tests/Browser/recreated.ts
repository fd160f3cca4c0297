// A file is deleted and made anew while a page is offline, or closed with unsent edits: what was typed goes to the new file, and typing goes on.
import { Server } from "./server.ts";
import { generator, Page } from "./world.ts";

async function settled(page: Page, server: Server): Promise<void> {
  for (let waited = 0; waited < 500; waited++) {
    if (page.client.state === "saved" && page.client.text === server.text && page.shown === server.text) {
      return;
    }
    if (waited % 100 === 99) {
      // An event that was dropped last leaves no gap to see: a reconnect finds it, as it does in life.
      page.cut();
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`never settled: ${JSON.stringify({ state: page.client.state, unsent: page.client.unsent, mine: page.client.text, shown: page.shown, server: server.text })}`);
}

async function run(seed: number, reloaded: boolean): Promise<void> {
  const random = generator(seed);
  const server = new Server();
  const page = new Page(server, random);
  await page.start();
  for (const mark of ["\ue000", "\ue001", "\ue002"]) {
    page.type(mark);
    await settled(page, server);
  }
  page.wire.down();
  page.type("\ue003");
  server.recreate("anew\n");
  // Enough revisions that those the page knows exist here too, and mean something else.
  const other = new Page(server, random);
  await other.start();
  for (let i = 0; i < 12; i++) {
    other.type(String.fromCharCode(0xe100 + i));
    await settled(other, server);
  }
  if (reloaded) {
    await page.reload();
  } else {
    page.wire.up();
  }
  await settled(page, server);
  page.type("\ue004");
  await settled(page, server);
  await settled(other, server);
  for (const mark of ["\ue003", "\ue004", "\ue100", "\ue10b"]) {
    if (server.text.split(mark).length !== 2) {
      throw new Error(`${mark} is there ${server.text.split(mark).length - 1} times`);
    }
  }
}

for (let seed = 1; seed <= Number(process.argv[2]); seed++) {
  await run(seed, seed % 2 === 0);
}
console.log("typing went on");
process.exit(0);
