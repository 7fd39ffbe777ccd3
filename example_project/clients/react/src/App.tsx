import { useEffect, useState } from "react";

import { EventCard } from "./EventCard";
import { SignIn } from "./SignIn";
import { Refusal, listEvents, type Event } from "./api";

export function App() {
  const [token, setToken] = useState<string>();
  return (
    <>
      <header>
        <h1>Events</h1>
        {token && (
          <button className="plain" onClick={() => setToken(undefined)}>
            Sign out
          </button>
        )}
      </header>
      <main>
        {token ? (
          <Events token={token} onSignedOut={() => setToken(undefined)} />
        ) : (
          <SignIn onSignedIn={setToken} />
        )}
      </main>
    </>
  );
}

function Events({ token, onSignedOut }: { token: string; onSignedOut: () => void }) {
  const [events, setEvents] = useState<Event[]>([]);
  const [next, setNext] = useState<string | null>();
  const [problem, setProblem] = useState("");

  async function load(address?: string) {
    try {
      const page = await listEvents(token, address);
      setEvents((known) => (address ? [...known, ...page.results] : page.results));
      setNext(page.next);
    } catch (error) {
      if (error instanceof Refusal && error.status === 401) onSignedOut();
      else setProblem((error as Error).message);
    }
  }

  useEffect(() => void load(), [token]);

  function replace(changed: Event) {
    setEvents((known) => known.map((event) => (event.id === changed.id ? changed : event)));
  }

  return (
    <>
      {problem && <p role="alert">{problem}</p>}
      <ul className="events">
        {events.map((event) => (
          <EventCard key={event.id} token={token} event={event} onChanged={replace} />
        ))}
      </ul>
      {next && <button onClick={() => load(next)}>More</button>}
    </>
  );
}
