// What is no text: pictures as pictures, everything else as bytes, 64 KB at most.
import { h, nameOf } from "../shell/dom";

const pictures: Record<string, string> = { png: "image/png", jpg: "image/jpeg", jpeg: "image/jpeg", gif: "image/gif", webp: "image/webp", avif: "image/avif", bmp: "image/bmp", ico: "image/x-icon", svg: "image/svg+xml" };
export const pictureType = (path: string) => pictures[path.slice(path.lastIndexOf(".") + 1).toLowerCase()];

/** Text is UTF-8 without NUL; null when it is not. */
export function decodeText(bytes: Uint8Array): string | null {
  if (bytes.subarray(0, 8192).includes(0)) {
    return null;
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

export function pictureView(path: string, bytes: Uint8Array): HTMLElement {
  const address = URL.createObjectURL(new Blob([bytes as BlobPart], { type: pictureType(path) }));
  const image = h("img", { src: address, alt: nameOf(path) });
  image.addEventListener("load", () => URL.revokeObjectURL(address), { once: true });
  return h("div", { class: "picture", tabindex: "0" }, image);
}

export function hexView(path: string, bytes: Uint8Array): HTMLElement {
  const shown = bytes.subarray(0, 65536);
  const lines: string[] = [];
  for (let offset = 0; offset < shown.length; offset += 16) {
    const row = shown.subarray(offset, offset + 16);
    const hex = Array.from({ length: 16 }, (_, index) => (index < row.length ? row[index]!.toString(16).padStart(2, "0") : "  ") + (index === 7 ? " " : "")).join(" ");
    lines.push(`${offset.toString(16).padStart(8, "0")}  ${hex}  ${Array.from(row, (value) => (value >= 32 && value < 127 ? String.fromCharCode(value) : "·")).join("")}`);
  }
  const size = bytes.length.toLocaleString("en");
  return h("div", { class: "hex", tabindex: "0", role: "region", "aria-label": `Bytes of ${nameOf(path)}` },
    h("p", { class: "muted" }, `This file is not UTF-8 text; it is shown as bytes and kept as it is. ${size} bytes${bytes.length > shown.length ? ", the first 64 KB shown" : ""}.`), h("pre", {}, lines.join("\n")));
}
