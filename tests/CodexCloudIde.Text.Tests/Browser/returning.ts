// What a page meets when it comes back: one case after another, named on the command line. Nothing waits for a clock; what never happens ends Node with 13.
import type { DocumentClient } from "../../../wwwroot/src/documents/client.ts";
import { deliver, openClient } from "../../../wwwroot/src/documents/opening.ts";
import { apply, replace } from "../../../wwwroot/src/documents/operation.ts";
import type { Pending, PendingStore } from "../../../wwwroot/src/documents/pending.ts";
import type { Edited, Listener, OpenAnswer, OpenRequest, Submission, SubmitAnswer, Transport } from "../../../wwwroot/src/documents/protocol.ts";
import { Server } from "./server.ts";

type Loss = "nothing" | "message" | "answer";

/** A connection that is cut by the next edit, before it or after it has reached the server. */
class Line implements Transport {
  connected = true;
  loses: Loss = "nothing";
  private readonly ears = new Set<Listener>();

  constructor(private readonly server: Server) {
    server.listeners.add(this);
  }

  async open(request: OpenRequest, listener: Listener): Promise<OpenAnswer> {
    this.ears.add(listener);
    return this.server.open(request);
  }

  async submit(submission: Submission): Promise<SubmitAnswer> {
    const loses = this.loses;
    if (loses !== "nothing") {
      this.cut();
    }
    const answer = loses === "message" ? {} : this.server.submit(submission);
    if (!this.connected) {
      throw new Error("the connection is lost");
    }
    return answer;
  }

  async save(): Promise<SubmitAnswer> {
    return {};
  }

  setCursor(): void {}

  close(_: string, listener: Listener): void {
    this.ears.delete(listener);
  }

  published(event: Edited): void {
    if (this.connected) {
      this.ears.forEach((ear) => ear.edited(event));
    }
  }

  cut(): void {
    this.connected = false;
    this.ears.forEach((ear) => ear.connection(false));
  }

  mend(): void {
    this.connected = true;
    this.loses = "nothing";
    this.ears.forEach((ear) => ear.connection(true));
  }
}

class Page {
  notices: string[] = [];
  shown = "";
  private waiting: (() => void)[] = [];

  private constructor(readonly line: Line, readonly client: DocumentClient, private readonly records: Map<string, Pending>) {}

  static async open(server: Server, left: Pending | null = null): Promise<Page> {
    const line = new Line(server);
    const records = new Map<string, Pending>(left ? [[left.clientId, left]] : []);
    const store: PendingStore = { put: (pending) => records.set(pending.clientId, structuredClone(pending)), remove: (clientId) => records.delete(clientId) };
    let page: Page | null = null;
    const notices: string[] = [];
    const client = await openClient(line, "w", "p", undefined, store, { changed: () => page?.look(), notice: (text, lost) => notices.push(lost === undefined ? text : `${text} Lost: ${lost}`), moved: () => undefined }, left);
    page = new Page(line, client, records);
    page.notices = notices;
    page.shown = client.text;
    client.replica = {
      applyRemote: (operation) => {
        page.shown = apply(operation, page.shown);
        page.look();
      },
      cursorMoved: () => undefined,
      caughtUp: () => undefined,
    };
    return page;
  }

  type(position: number, text: string): void {
    const operation = replace(position, 0, text);
    this.shown = apply(operation, this.shown);
    this.client.edit(operation);
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  saved(): Promise<void> {
    return this.until(() => this.client.state === "saved");
  }

  /** The tab is closed, and what it left is all that is known of it. */
  leave(): Pending {
    this.client.dispose();
    equal(this.records.size, 1, "records left");
    return [...this.records.values()][0]!;
  }

  /** Everything is acknowledged, and everybody sees the same. */
  agrees(server: Server, text: string): void {
    equal(server.text, text, "the server's text");
    equal(this.client.text, text, "the client's text");
    equal(this.shown, text, "the text shown");
    equal(this.records.size, 0, "records kept");
    equal(this.notices.join("; "), "", "notices");
  }

  private look(): void {
    this.waiting.splice(0).forEach((resolve) => resolve());
  }
}

function equal<T>(actual: T, expected: T, what: string): void {
  if (actual !== expected) {
    throw new Error(`${what}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`);
  }
}

const remembered = 4;

/** More edits by others, at the end, than the server remembers. */
function othersType(server: Server): string {
  const text = "0123456789";
  [...text].forEach((letter, index) => server.submit(
    { documentId: server.documentId, clientId: "other", clientSequence: index + 1, baseRevision: server.log.length, operation: replace(server.text.length, 0, letter) }));
  return text;
}

/** "abc" is typed and lost on the way, "d" behind it while there is no connection; others go on for long. */
async function cutOff(server: Server, loses: Loss): Promise<Page> {
  const page = await Page.open(server);
  page.line.loses = loses;
  page.type(0, "abc");
  await page.until(() => page.client.state === "offline");
  page.type(3, "d");
  return page;
}

async function staysInStep(page: Page, server: Server, text: string): Promise<void> {
  await page.saved();
  page.agrees(server, text);
  page.type(0, ">");
  await page.saved();
  page.agrees(server, `>${text}`);
}

const cases: Record<string, () => Promise<void>> = {
  async historyTooOld_BatchSequenced_StandsOnce() {
    const server = new Server("start\n", remembered);
    const page = await cutOff(server, "answer");
    const others = othersType(server);
    page.line.mend();
    await staysInStep(page, server, `abcdstart\n${others}`);
  },

  async historyTooOld_BatchNeverArrived_StandsOnce() {
    const server = new Server("start\n", remembered);
    const page = await cutOff(server, "message");
    const others = othersType(server);
    page.line.mend();
    await staysInStep(page, server, `abcdstart\n${others}`);
  },

  async historyTooOld_BatchSequencedThenReload_StandsOnce() {
    const server = new Server("start\n", remembered);
    const left = (await cutOff(server, "answer")).leave();
    const others = othersType(server);
    await staysInStep(await Page.open(server, left), server, `abcdstart\n${others}`);
  },

  async historyTooOld_ViewerMeanwhile_SeesWhatOthersType() {
    const server = new Server("start\n", remembered);
    const page = await cutOff(server, "message");
    const others = othersType(server);
    server.readOnly = true;
    page.line.mend();
    await page.until(() => page.shown === `abcdstart\n${others}`);
    equal(page.client.state, "readOnly", "state");
  },

  // As pages before this was mended left it behind: the batch in the text that it was to be an edit of.
  async recordWithTheBatchTwice_Reload_StandsOnce() {
    const server = new Server("");
    server.submit({ documentId: "d1", clientId: "me", clientSequence: 1, baseRevision: 0, operation: ["abc"] });
    const left = { clientId: "me", sequence: 1, revision: 1, base: "abc", since: [], frozen: { baseRevision: 0, operation: ["abc"] }, inFlight: ["abc"], buffer: [6, "d"], unsent: 2 };
    await staysInStep(await Page.open(server, left as unknown as Pending), server, "abcd");
  },

  async fileRecreated_BatchPending_GoesOnInTheNewDocument() {
    const server = new Server("old\n");
    const page = await Page.open(server);
    page.type(0, "1");
    await page.saved();
    page.line.loses = "message";
    page.type(0, "2");
    await page.until(() => page.client.state === "offline");
    server.recreate("new\n");
    page.line.mend();
    await staysInStep(page, server, "2new\n");
  },

  async fileRecreated_NothingPending_ShowsTheNewDocument() {
    const server = new Server("old\n");
    const page = await Page.open(server);
    page.type(0, "1");
    await page.saved();
    page.line.cut();
    server.recreate("new\n");
    page.line.mend();
    await page.until(() => page.shown === "new\n");
    await staysInStep(page, server, "new\n");
  },

  async fileRecreated_LongerHistoryThanKnown_IsNotMistakenForTheOld() {
    const server = new Server("old\n");
    const page = await Page.open(server);
    page.type(0, "1");
    await page.saved();
    page.line.cut();
    server.recreate("new\n");
    const others = othersType(server);
    page.line.mend();
    await page.until(() => page.shown === `new\n${others}`);
    await staysInStep(page, server, `new\n${others}`);
  },

  async fileRecreated_BatchPendingThenReload_GoesOnInTheNewDocument() {
    const server = new Server("old\n");
    const page = await Page.open(server);
    page.type(0, "1");
    await page.saved();
    page.line.loses = "message";
    page.type(0, "2");
    await page.until(() => page.client.state === "offline");
    const left = page.leave();
    server.recreate("new\n");
    othersType(server);
    await staysInStep(await Page.open(server, left), server, "2new\n0123456789");
  },

  async refusedForGood_NextEdit_IsTaken() {
    const server = new Server("start\n");
    const left = { documentId: "d1", clientId: "forgotten", sequence: 7, revision: 0, base: "start\n", since: [], frozen: { baseRevision: 0, operation: ["x"] }, inFlight: ["x"], buffer: [], unsent: 1 };
    const page = await Page.open(server, left as Pending);
    await page.until(() => page.notices.length > 0);
    equal(page.notices.splice(0).join("; ").endsWith("Lost: xstart\n"), true, "what was typed is told");
    await staysInStep(page, server, "start\n");
  },

  async viewerMeanwhile_Open_ShowsTheServersTextAndKeepsTheRecord() {
    const server = new Server("start\n");
    const left = (await cutOff(server, "message")).leave();
    server.readOnly = true;
    const page = await Page.open(server, left);
    await page.client.save();
    equal(page.client.state, "readOnly", "state");
    equal(page.shown, "start\n", "the text shown");
    const again = page.leave();
    equal(JSON.stringify(again), JSON.stringify(left), "what is kept");
    server.readOnly = false;
    await staysInStep(await Page.open(server, again), server, "abcdstart\n");
  },

  async viewerMeanwhile_WhatAnotherPageLeft_IsNotWaitedForInVain() {
    const server = new Server("start\n");
    const left = (await cutOff(server, "message")).leave();
    server.readOnly = true;
    const notices = { changed: () => undefined, notice: () => undefined, moved: () => undefined };
    const removed: string[] = [];
    await deliver(new Line(server), "w", "p", undefined, { put: () => undefined, remove: (clientId) => removed.push(clientId) }, notices, left);
    equal(removed.includes(left.clientId), false, "the record done with");
    equal(server.text, "start\n", "the server's text");
  },

  async whatAnotherPageLeft_IsSentBesideTheEditor() {
    const server = new Server("start\n");
    const left = (await cutOff(server, "message")).leave();
    const page = await Page.open(server);
    const removed: string[] = [];
    const notices = { changed: () => undefined, notice: () => undefined, moved: () => undefined };
    await deliver(page.line, "w", "p", undefined, { put: () => undefined, remove: (clientId) => removed.push(clientId) }, notices, left);
    equal(removed.at(-1), left.clientId, "the record done with");
    await staysInStep(page, server, "abcdstart\n");
  },

  async viewerFromNowOn_Save_IsNotWaitedForInVain() {
    const server = new Server("start\n");
    const page = await Page.open(server);
    server.readOnly = true;
    page.type(0, "x");
    await page.client.save();
    equal(page.shown, "start\n", "the text shown");
    equal(page.notices.length, 1, "notices");
  },

  async viewerAfterAReconnect_Save_IsNotWaitedForInVain() {
    const server = new Server("start\n");
    const page = await cutOff(server, "message");
    const saving = page.client.save();
    server.readOnly = true;
    page.line.mend();
    await saving;
    equal(page.notices.length, 1, "notices");
  },

  async pasteLargerThanAMessage_IsSentInParts() {
    const server = new Server("start\n");
    const page = await Page.open(server);
    page.type(0, "ab\u{1f600}cd\u{1f600}\u{1f600}\u{1f600}efghijklmno");
    await page.saved();
    equal(server.log.length > 3, true, "parts");
    await staysInStep(page, server, "ab\u{1f600}cd\u{1f600}\u{1f600}\u{1f600}efghijklmnostart\n");
  },

  async typedAndTakenBackOffline_Return_IsSaved() {
    const server = new Server("start\n");
    const page = await Page.open(server);
    page.line.cut();
    page.type(0, "x");
    page.shown = "start\n";
    page.client.edit(replace(0, 1, ""));
    const saving = page.client.save();
    page.line.mend();
    await saving;
    await staysInStep(page, server, "start\n");
  },
};

const name = process.argv[2]!;
await cases[name]!();
console.log(`${name} holds`);
process.exit(0);
