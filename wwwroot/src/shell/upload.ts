// Sends a body with news of how far it is. fetch tells nothing about a body on its way out, hence XMLHttpRequest.
import { ApiError, problemFrom } from "./api";

export interface UploadOptions {
  headers?: Record<string, string>;
  /** Bytes that have left so far. */
  sent?: (bytes: number) => void;
  signal?: AbortSignal;
}

export function upload(url: string, body: Blob, options: UploadOptions = {}): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("PUT", url);
    request.setRequestHeader("X-Requested-With", "codex");
    for (const [name, value] of Object.entries(options.headers ?? {})) {
      request.setRequestHeader(name, value);
    }
    request.upload.addEventListener("progress", (event) => options.sent?.(event.loaded));
    request.addEventListener("load", () => (request.status < 300 ? resolve() : reject(problemFrom(request.status, request.responseText))));
    request.addEventListener("error", () => reject(new ApiError(0, "offline", "The server does not answer. Check the connection; nothing that was saved is lost.")));
    request.addEventListener("abort", () => reject(new DOMException("Cancelled", "AbortError")));
    options.signal?.addEventListener("abort", () => request.abort());
    if (options.signal?.aborted) {
      reject(new DOMException("Cancelled", "AbortError"));
      return;
    }
    request.send(body);
  });
}
