import { DocumentRow } from "./DocumentRow";
import type { DocumentName, Event } from "./api";

const DOCUMENTS: Record<DocumentName, string> = {
  programme_file: "Programme",
  guide_file: "Guide",
};

interface Props {
  token: string;
  event: Event;
  onChanged: (event: Event) => void;
}

export function EventCard({ token, event, onChanged }: Props) {
  const start = new Date(event.start_date);
  return (
    <li className="card">
      <div className="title">
        <time className="date" dateTime={event.start_date}>
          <b>{start.getDate()}</b>
          {start.toLocaleDateString(undefined, { month: "short" })}
        </time>
        <div>
          <h2>{event.name}</h2>
          <p className="quiet">{event.location}</p>
        </div>
      </div>
      <ul className="documents">
        {(Object.keys(DOCUMENTS) as DocumentName[]).map((name) => (
          <DocumentRow
            key={name}
            token={token}
            event={event}
            name={name}
            label={DOCUMENTS[name]}
            onChanged={onChanged}
          />
        ))}
      </ul>
    </li>
  );
}
