"""What `manage.py demo` prints: addresses, accounts and commands to copy."""

from events.models import Event

from .accounts import ACCOUNTS, GESTIONNAIRE, Account, working_password

# In samples/5_open_day.toml
OPEN_DAY = "7ec50000-2027-4918-8000-000000000005"

TEXT = """\
Start page  {site}/
API         {site}/api/events/
API manual  {site}/api/docs/
Admin       {site}/admin/

{accounts}

To try in another terminal:

# 1. Get a token; it is valid for an hour.
TOKEN=$(curl -s {site}/api/token/ -d username={username} -d 'password={password}' \\
  | python3 -c 'import json, sys; print(json.load(sys.stdin)["access"])')

# 2. List the events with the links of their documents.
curl -s -H "Authorization: Bearer $TOKEN" {site}/api/events/ | {pretty}

# 3. Open a link: no header, no token.
curl -s -o programme.pdf '{link}'

# 4. Create an event with a programme.
curl -s -H "Authorization: Bearer $TOKEN" {site}/api/events/ \\
  -F name='Summer concert' -F start_date=2027-06-21T19:00 -F location='Jardin du Luxembourg' \\
  -F 'programme_file=@programme.pdf' | {pretty}

# 5. Replace the guide of the open day: the file itself is the body.
curl -s -H "Authorization: Bearer $TOKEN" -T programme.pdf \\
  {site}/api/events/{target}/guide_file/ | {pretty}
"""


def walkthrough(site: str) -> str:
    """Return the whole text; `site` is scheme, host and port."""
    return TEXT.format(
        site=site,
        accounts="\n".join(map(account_line, ACCOUNTS)),
        username=GESTIONNAIRE.username,
        password=working_password(GESTIONNAIRE, otherwise="YOUR-PASSWORD"),
        link=site + some_link(),
        target=OPEN_DAY,
        pretty="python3 -m json.tool --no-ensure-ascii",
    )


def account_line(account: Account) -> str:
    """Name, password and rights of one account."""
    password = working_password(account, otherwise="(changed by you)")
    return f"{account.username:13} password {password:20} {account.may}"


def some_link() -> str:
    """Return the link of the first programme there is, or nothing when all were cleared."""
    event = Event.objects.filter(programme_file__isnull=False).first()
    return event.programme_file.url if event else ""
