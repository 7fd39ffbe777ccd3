// The API, with the types that openapi-typescript makes from its schema.
import type { components } from "./schema";

export type Event = components["schemas"]["Event"];
export type EventPDF = components["schemas"]["EventPDF"];
export type Page = components["schemas"]["PaginatedEventList"];
export type DocumentName = keyof Event["documents"];

const API: string = import.meta.env.VITE_API ?? "http://localhost:8000";

/** An answer that is no success, in words that a person can read. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly codes: string[] = [],
  ) {
    super(message);
  }
}

export async function signIn(username: string, password: string): Promise<string> {
  const answer = await fetch(`${API}/api/token/`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ username, password }),
  }).catch(unreachable);
  if (!answer.ok) throw refusal(answer.status, await answer.text());
  return ((await answer.json()) as components["schemas"]["TokenObtainPair"]).access;
}

export async function listEvents(token: string, address = `${API}/api/events/`): Promise<Page> {
  const answer = await fetch(address, { headers: authorization(token) }).catch(unreachable);
  if (!answer.ok) throw refusal(answer.status, await answer.text());
  return answer.json();
}

export async function clearDocument(
  token: string,
  event: Event,
  name: DocumentName,
): Promise<Event> {
  const answer = await fetch(`${API}/api/events/${event.id}/`, {
    method: "PATCH",
    headers: { ...authorization(token), "Content-Type": "application/json" },
    body: JSON.stringify({ [name]: null }),
  }).catch(unreachable);
  if (!answer.ok) throw refusal(answer.status, await answer.text());
  return answer.json();
}

/** Uploads a file. `fetch` tells nothing of an upload's progress, so this is an XMLHttpRequest. */
export function upload(
  token: string,
  event: Event,
  name: DocumentName,
  file: File,
  onProgress: (sent: number) => void,
): Promise<Event> {
  const form = new FormData();
  form.append(name, file);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("PATCH", `${API}/api/events/${event.id}/`);
    request.setRequestHeader("Authorization", `Bearer ${token}`);
    request.upload.onprogress = ({ loaded, total }) => onProgress(loaded / total);
    request.onload = () => {
      if (request.status === 200) resolve(JSON.parse(request.responseText));
      else reject(refusal(request.status, request.responseText, waiting(request)));
    };
    request.onerror = () => reject(new Refusal(0, UNREACHABLE));
    request.send(form);
  });
}

const UNREACHABLE = "The server could not be reached, or closed the connection. Try again.";

/** Words for answers that did not come from the API: a proxy's, say. */
const WORDS: Record<number, string> = {
  401: "You are signed out. Sign in again.",
  413: "The file is too large.",
  502: "The server does not answer. Try again later.",
  503: "The server is busy. Try again later.",
  504: "The server took too long. Try again later.",
};

function authorization(token: string): Record<string, string> {
  return { Authorization: `Bearer ${token}` };
}

function unreachable(): never {
  throw new Refusal(0, UNREACHABLE);
}

/** `Retry-After` can be read from another origin because the API exposes it. */
function waiting(request: XMLHttpRequest): string {
  const seconds = request.getResponseHeader("Retry-After");
  return seconds ? ` (in ${seconds} seconds)` : "";
}

/** Messages stand under the keys of the body, codes under the same keys in `codes`. */
function refusal(status: number, text: string, wait = ""): Refusal {
  const fallback = WORDS[status] ?? `The server answered ${status}.`;
  let body: Record<string, unknown>;
  try {
    body = JSON.parse(text);
  } catch {
    return new Refusal(status, fallback);
  }
  const { codes, ...messages } = body;
  const words = Object.values(messages).flat().filter((word) => typeof word === "string");
  const known = Object.values(codes ?? {}).flat() as string[];
  return new Refusal(status, (words.join(" ") || fallback) + wait, known);
}
