#!/usr/bin/env bash
# Every call of the API with curl. The demo must be running: manage.py demo
#
#   clients/curl.sh [http://localhost:8000]
#
# It prints each status, makes one event and deletes it again. It needs bash, curl and python3.
set -euo pipefail

site=${1:-http://localhost:8000}
events=$site/api/events/
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# ask STATUS WHAT curl-arguments...: asks, keeps the answer in ./answer, and insists on the status.
ask() {
    local expected=$1 what=$2 status
    shift 2
    status=$(curl -s -o answer -w '%{http_code}' "$@")
    printf '%s  %s\n' "$status" "$what"
    if [ "$status" != "$expected" ]; then
        printf 'This should have been %s:\n' "$expected" >&2
        cat answer >&2
        exit 1
    fi
}

# read_json KEY...: prints a value of the last answer; of an object, or null, as JSON.
read_json() {
    python3 - "$@" << 'END'
import json, sys

value = json.load(open("answer"))
for key in sys.argv[1:]:
    value = value[int(key) if isinstance(value, list) else key]
print(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
END
}

echo "Sign in"
ask 401 "a wrong password" "$site/api/token/" -d username=gestionnaire -d password=wrong
ask 200 "a token" "$site/api/token/" -d username=gestionnaire -d password=gestionnaire-demo
authorization="Authorization: Bearer $(read_json access)"
ask 401 "no token: $(curl -s "$events" | head -c 200)" "$events"

echo "Read"
ask 200 "list events" -H "$authorization" "$events"
link=$(read_json results 0 programme_file)
ask 200 "open a link, without a token" "$link"
cp answer programme.pdf
ask 200 "list two" -H "$authorization" "$events?page_size=2"
ask 200 "the next page" -H "$authorization" "$(read_json next)"

echo "Create"
ask 201 "an event with two documents (multipart)" -H "$authorization" "$events" \
    -F name='Night of Science' -F start_date=2027-10-02T18:00 -F location=Toulouse \
    -F programme_file=@programme.pdf -F guide_file=@programme.pdf
event=$events$(read_json id)/
link=$(read_json programme_file)
permalink=$(read_json documents programme_file permalink)
etag=$(read_json documents programme_file etag)
echo "     size $(read_json documents programme_file size), pages $(read_json documents programme_file pages)"
id=$(python3 -c 'import uuid; print(uuid.uuid4())')
ask 201 "an event with an id of our own (JSON)" -H "$authorization" "$events" \
    -H 'Content-Type: application/json' \
    -d "{\"id\": \"$id\", \"name\": \"Retried\", \"start_date\": \"2027-10-02T18:00\"}"
ask 409 "sent again: $(curl -s -H "$authorization" "$events" -H 'Content-Type: application/json' \
    -d "{\"id\": \"$id\", \"name\": \"Retried\", \"start_date\": \"2027-10-02T18:00\"}")" \
    -H "$authorization" "$events" -H 'Content-Type: application/json' \
    -d "{\"id\": \"$id\", \"name\": \"Retried\", \"start_date\": \"2027-10-02T18:00\"}"
ask 204 "delete it" -H "$authorization" -X DELETE "$events$id/"

echo "Download"
ask 200 "by the link" "$link"
cmp answer programme.pdf
ask 200 "by the permalink, with the token" -H "$authorization" "$permalink"
cmp answer programme.pdf
ask 401 "by the permalink, without" "$permalink"
head -c 5000 programme.pdf > resumed.pdf # as a broken download leaves it
curl -s -f -C - -o resumed.pdf "$link"
cmp resumed.pdf programme.pdf
echo "206  the rest of a broken download"
ask 206 "the first ten bytes" -H 'Range: bytes=0-9' "$link"
ask 304 "only if it has changed" -H "$authorization" -H "If-None-Match: $etag" "$permalink"
ask 200 "as a file to save" -D headers "$link&download=1"
grep -i '^content-disposition' headers | tr -d '\r' | sed 's/^/     /'
ask 403 "a link that was altered" "${link}x"

echo "Update"
ask 200 "PUT: a file replaces, what is left out stays" -H "$authorization" -X PUT "$event" \
    -F name='Night of Science' -F start_date=2027-10-02T19:00 -F programme_file=@programme.pdf
ask 404 "the link of the replaced document" "$link"
ask 200 "PATCH: null clears" -H "$authorization" -X PATCH "$event" \
    -H 'Content-Type: application/json' -d '{"guide_file": null}'
[ "$(read_json guide_file)" = null ]
ask 200 "PATCH: what was read is sent back, and kept" -H "$authorization" -X PATCH "$event" \
    -H 'Content-Type: application/json' -d "{\"programme_file\": \"$(read_json programme_file)\"}"
ask 200 "PATCH: a form clears" -H "$authorization" -X PATCH "$event" -F programme_file-clear=true

echo "One document"
ask 201 "PUT: the file is the body" -H "$authorization" -T programme.pdf "${event}guide_file/"
etag=$(read_json etag)
ask 200 "PUT: only if it is still the one that was read" -H "$authorization" \
    -H "If-Match: $etag" -T programme.pdf "${event}guide_file/"
ask 412 "PUT: someone else was first" -H "$authorization" \
    -H "If-Match: $etag" -T programme.pdf "${event}guide_file/"
echo "     $(read_json)"
ask 412 "PUT: only where there is none" -H "$authorization" \
    -H 'If-None-Match: *' -T programme.pdf "${event}guide_file/"
ask 204 "DELETE: clear it" -H "$authorization" -X DELETE "${event}guide_file/"
ask 404 "open what is not there" -H "$authorization" "${event}guide_file/"

echo "Refusals"
refused() { echo "     $(read_json)"; }
echo hello > hello.pdf
ask 400 "no PDF" -H "$authorization" -X PATCH "$event" -F programme_file=@hello.pdf
refused
ask 400 "the same in French" -H "$authorization" -H 'Accept-Language: fr' -X PATCH "$event" \
    -F programme_file=@hello.pdf
refused
{ cat programme.pdf && head -c 11000000 /dev/zero; } > large.pdf
ask 413 "too large" -H "$authorization" -X PATCH "$event" -F programme_file=@large.pdf
refused
head -c 6000 programme.pdf > half.pdf
ask 400 "half a PDF" -H "$authorization" -X PATCH "$event" -F programme_file=@half.pdf
refused
ask 415 "no type of a document" -H "$authorization" -H 'Content-Type: text/csv' \
    -T programme.pdf "${event}guide_file/"
refused
ask 200 "a token of a participant" "$site/api/token/" \
    -d username=participant -d password=participant-demo
ask 403 "who may only read" -H "Authorization: Bearer $(read_json access)" -X DELETE "$event"
refused

echo "Delete"
ask 204 "the event and its files" -H "$authorization" -X DELETE "$event"
ask 404 "it is gone" -H "$authorization" "$event"
