// The HTTP API with the browser's cookie.

export class ApiError extends Error {
  constructor(readonly status: number, readonly type: string, message: string, readonly id?: string) {
    super(message);
  }
}

const workspaceMatch = /^\/w\/([^/]+)/.exec(location.pathname);
export const workspaceId = workspaceMatch ? decodeURIComponent(workspaceMatch[1]!) : "";
export const workspaceUrl = (rest: string) => `/api/v1/workspaces/${workspaceId}${rest}`;
export const encodePath = (path: string) => path.split("/").map(encodeURIComponent).join("/");

export async function send(method: string, url: string, body?: unknown, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  if (method !== "GET") {
    headers.set("X-Requested-With", "codex");
  }
  let payload: BodyInit | undefined;
  if (body instanceof Blob || body instanceof ArrayBuffer || body instanceof Uint8Array || typeof body === "string") {
    payload = body as BodyInit;
  } else if (body !== undefined) {
    headers.set("Content-Type", "application/json");
    payload = JSON.stringify(body);
  }
  let response: Response;
  try {
    response = await fetch(url, { ...init, method, headers, body: payload, credentials: "same-origin" });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") {
      throw error;
    }
    throw new ApiError(0, "offline", "The server does not answer. Check the connection; nothing that was saved is lost.");
  }
  if (!response.ok) {
    throw await problemOf(response);
  }
  return response;
}

const problemOf = async (response: Response): Promise<ApiError> => problemFrom(response.status, await response.text().catch(() => ""));

/** An answer that says no, as an error whose message is meant for the person. */
export function problemFrom(status: number, body: string): ApiError {
  if (status === 401) {
    return new ApiError(401, "signed-out", "You are signed out. Reload the page to sign in again.");
  }
  try {
    const problem = JSON.parse(body) as { type?: string; title?: string; detail?: string; traceId?: string };
    return new ApiError(status, problem.type ?? "error", problem.detail ?? problem.title ?? `The server answered ${status}.`, problem.traceId);
  } catch {
    return new ApiError(status, "error", `The server answered ${status}.`);
  }
}

export async function getJson<T>(url: string, init?: RequestInit): Promise<T> {
  return (await send("GET", url, undefined, { ...init, headers: { Accept: "application/json", ...init?.headers } })).json() as Promise<T>;
}

export async function postJson<T>(url: string, body: unknown = {}): Promise<T> {
  const response = await send("POST", url, body);
  const text = await response.text();
  return (text ? JSON.parse(text) : undefined) as T;
}

export interface StreamEvent {
  name: string;
  data: string;
  id?: string;
}

/** Reads a text/event-stream body. Ends when the server ends it. */
export async function* readEvents(response: Response): AsyncGenerator<StreamEvent> {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = "";
  let event: StreamEvent = { name: "message", data: "" };
  let lines: string[] = [];
  for (;;) {
    const { value, done } = await reader.read();
    if (done) {
      return;
    }
    buffer += value;
    let end: number;
    while ((end = buffer.indexOf("\n")) >= 0) {
      const line = buffer.slice(0, end).replace(/\r$/, "");
      buffer = buffer.slice(end + 1);
      if (line === "") {
        if (lines.length > 0) {
          yield { ...event, data: lines.join("\n") };
        }
        event = { name: "message", data: "" };
        lines = [];
      } else if (!line.startsWith(":")) {
        const colon = line.indexOf(":");
        const field = colon < 0 ? line : line.slice(0, colon);
        const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
        if (field === "event") {
          event.name = value;
        } else if (field === "data") {
          lines.push(value);
        } else if (field === "id") {
          event.id = value;
        }
      }
    }
  }
}
