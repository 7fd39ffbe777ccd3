import { HttpClient, HttpErrorResponse, HttpEventType, type HttpEvent } from '@angular/common/http';
import { Injectable, inject } from '@angular/core';
import { filter, map, type Observable } from 'rxjs';

import { ApiConfiguration } from './api/api-configuration';
import type { Event, EventPdf, EventPdfError } from './api/models';
import { EventsService } from './api/services';

export type DocumentName = keyof Event['documents'];

/** Where an upload is: a part of it was sent, or the API has answered with the event. */
export type Upload = { sent: number } | { event: Event };

/** The documents of events. What is generated does the rest: see `EventsService`. */
@Injectable({ providedIn: 'root' })
export class EventDocumentsService {
  private readonly events = inject(EventsService);
  private readonly http = inject(HttpClient);
  private readonly configuration = inject(ApiConfiguration);

  list(pageSize = 20): Observable<Event[]> {
    return this.events.eventsList({ page_size: pageSize }).pipe(map((page) => page.results));
  }

  /** The link of a document, to be opened in a new tab: it needs no header. */
  link(event: Event, name: DocumentName): string | null {
    return event.documents[name]?.url ?? null;
  }

  /** Stores a file as the body of a PUT, and gives its entry. */
  store(id: string, name: DocumentName, file: File): Observable<EventPdf> {
    return name === 'programme_file'
      ? this.events.eventsProgrammeFileUpdate$Pdf({ id, body: file })
      : this.events.eventsGuideFileUpdate$Pdf({ id, body: file });
  }

  clear(id: string, name: DocumentName): Observable<Event> {
    return this.events.eventsPartialUpdate$Json({ id, body: { [name]: null } });
  }

  /** Uploads by multipart, and tells how far it is, which a generated method does not. */
  upload(id: string, name: DocumentName, file: File): Observable<Upload> {
    const form = new FormData();
    form.append(name, file);
    const address = `${this.configuration.rootUrl}/api/events/${id}/`;
    const options = { observe: 'events', reportProgress: true } as const;
    return this.http.patch<Event>(address, form, options).pipe(
      map(progress),
      filter((state) => state !== null),
    );
  }
}

/** The words of a refusal, and its codes. */
export function refusal(error: HttpErrorResponse): { words: string; codes: string[] } {
  if (typeof error.error?.codes !== 'object') {
    return { words: error.message, codes: [] }; // Not of the API: a proxy's, say.
  }
  const { codes, ...messages } = error.error as EventPdfError;
  const words = Object.values(messages).flat();
  return { words: words.join(' '), codes: Object.values(codes).flat() as string[] };
}

function progress(event: HttpEvent<Event>): Upload | null {
  if (event.type === HttpEventType.UploadProgress) {
    return { sent: event.total ? event.loaded / event.total : 0 };
  }
  return event.type === HttpEventType.Response && event.body ? { event: event.body } : null;
}
