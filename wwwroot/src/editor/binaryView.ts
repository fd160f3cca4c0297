// What is no text, or too much of it: pictures as pictures, everything else in part and as it is. Only what is shown is fetched.
import { encodePath, send, workspaceUrl } from "../shell/api";
import { h, icon, nameOf } from "../shell/dom";
import { shown } from "../shell/names";

const pictures: Record<string, string> = { png: "image/png", jpg: "image/jpeg", jpeg: "image/jpeg", gif: "image/gif", webp: "image/webp", avif: "image/avif", bmp: "image/bmp", ico: "image/x-icon" };
const pictureType = (path: string) => pictures[path.slice(path.lastIndexOf(".") + 1).toLowerCase()];
const bytesShown = 64 * 1024;
const textShown = 1024 * 1024;
const largestPicture = 32 * 1024 * 1024;

export const isPicture = (path: string): boolean => pictureType(path) !== undefined;

const fileUrl = (path: string) => workspaceUrl(`/files/${encodePath(path)}`);

export async function wholeFile(path: string): Promise<{ bytes: Uint8Array; tag: string | null }> {
  const answer = await send("GET", fileUrl(path));
  return { bytes: new Uint8Array(await answer.arrayBuffer()), tag: answer.headers.get("ETag") };
}

export async function sizeOf(path: string): Promise<number> {
  return Number((await send("HEAD", fileUrl(path))).headers.get("Content-Length"));
}

/** The first bytes, and how many there are. */
async function head(path: string, most: number): Promise<{ bytes: Uint8Array; size: number }> {
  if ((await sizeOf(path)) === 0) {
    return { bytes: new Uint8Array(), size: 0 };
  }
  const answer = await send("GET", fileUrl(path), undefined, { headers: { Range: `bytes=0-${most - 1}` } });
  const bytes = new Uint8Array(await answer.arrayBuffer());
  return { bytes, size: Number(answer.headers.get("Content-Range")?.split("/")[1] ?? bytes.length) };
}

export async function pictureView(path: string): Promise<HTMLElement> {
  if ((await sizeOf(path)) > largestPicture) {
    return hexView(path);
  }
  const address = URL.createObjectURL(new Blob([(await wholeFile(path)).bytes as BlobPart], { type: pictureType(path) }));
  const image = h("img", { src: address, alt: shown(nameOf(path)) });
  try {
    await image.decode();
  } catch {
    return await hexView(path, "This file is named like a picture but is none; it is shown as bytes and kept as it is.");
  } finally {
    URL.revokeObjectURL(address);
  }
  return h("div", { class: "picture", tabindex: "0", role: "region", "aria-label": `Picture ${shown(nameOf(path))}` }, image);
}

export async function hexView(path: string, why = "This file is not UTF-8 text; it is shown as bytes and kept as it is."): Promise<HTMLElement> {
  const { bytes, size } = await head(path, bytesShown);
  const lines: string[] = [];
  for (let offset = 0; offset < bytes.length; offset += 16) {
    const row = bytes.subarray(offset, offset + 16);
    const hex = Array.from({ length: 16 }, (_, index) => (index < row.length ? row[index]!.toString(16).padStart(2, "0") : "  ") + (index === 7 ? " " : "")).join(" ");
    lines.push(`${offset.toString(16).padStart(8, "0")}  ${hex}  ${Array.from(row, (value) => (value >= 32 && value < 127 ? String.fromCharCode(value) : "·")).join("")}`);
  }
  return part(path, "hex", `${why} ${size.toLocaleString("en")} bytes${size > bytes.length ? ", the first 64 KB shown" : ""}.`, lines.join("\n"));
}

/** The beginning of a text that is too large for the editor; bytes where it is none. */
export async function beginningView(path: string): Promise<HTMLElement> {
  const { bytes, size } = await head(path, textShown);
  if (bytes.subarray(0, 8192).includes(0)) {
    return hexView(path, "This file is binary; it is shown as bytes and kept as it is.");
  }
  const text = new TextDecoder("utf-8").decode(bytes);
  const end = size > bytes.length ? text.lastIndexOf("\n") + 1 || text.length : text.length;
  return part(path, "hex beginning", `This file has ${(size / 1048576).toFixed(0)} MB, too much to edit in the browser. Its first lines are shown; it is kept as it is.`, text.slice(0, end));
}

function part(path: string, className: string, words: string, text: string): HTMLElement {
  return h("div", { class: className, tabindex: "0", role: "region", "aria-label": `Contents of ${shown(nameOf(path))}` },
    h("p", { class: "muted" }, words, " ", h("a", { href: fileUrl(path), download: nameOf(path) }, icon("upload", "flipped"), "Download")), h("pre", {}, text));
}
