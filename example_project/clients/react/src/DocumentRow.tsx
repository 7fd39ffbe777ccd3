import { useState } from "react";

import { clearDocument, upload, type DocumentName, type Event, type EventPDF } from "./api";

interface Props {
  token: string;
  event: Event;
  name: DocumentName;
  label: string;
  onChanged: (event: Event) => void;
}

export function DocumentRow({ token, event, name, label, onChanged }: Props) {
  const [sent, setSent] = useState<number>();
  const [problem, setProblem] = useState("");
  const document = event.documents[name];

  async function attempt(change: () => Promise<Event>) {
    setProblem("");
    try {
      onChanged(await change());
    } catch (error) {
      setProblem((error as Error).message);
    } finally {
      setSent(undefined);
    }
  }

  function remove() {
    const question = `Remove the ${label.toLowerCase()} of ${event.name}?`;
    if (confirm(question)) attempt(() => clearDocument(token, event, name));
  }

  return (
    <li className="document" aria-label={`${label} of ${event.name}`}>
      <div>
        {label}
        {/* Screen readers say what becomes of it. */}
        <span className="quiet" role="status">
          {document ? facts(document) : "none yet"}
        </span>
      </div>
      <div className="actions">
        {document?.url && (
          <a className="button" href={document.url} target="_blank" rel="noopener">
            Open
          </a>
        )}
        <label className="button plain">
          {document ? "Replace" : "Upload"}
          <input
            type="file"
            accept="application/pdf"
            disabled={sent !== undefined}
            onChange={({ target }) => {
              const file = target.files?.[0];
              target.value = ""; // So that the same file may be chosen again.
              if (file) attempt(() => upload(token, event, name, file, setSent));
            }}
          />
        </label>
        {document && (
          <button className="plain" onClick={remove}>
            Remove
          </button>
        )}
      </div>
      {sent !== undefined && <progress value={sent} aria-label={`Sending ${label}`} />}
      {problem && <p role="alert">{problem}</p>}
    </li>
  );
}

/** What is known of a document: nothing but its name, where it was there before the library. */
function facts({ filename, size, pages }: EventPDF): string {
  const known = [filename];
  if (size !== null) known.push(inWords(size));
  if (pages !== null) known.push(pages === 1 ? "1 page" : `${pages} pages`);
  return known.join(" · ");
}

function inWords(bytes: number): string {
  const unit = bytes < 1e6 ? "kilobyte" : "megabyte";
  const amount = bytes / (unit === "kilobyte" ? 1e3 : 1e6);
  return amount.toLocaleString(undefined, { style: "unit", unit, maximumFractionDigits: 1 });
}
