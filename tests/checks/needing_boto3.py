"""A backend that needs a package of an extra."""

import boto3


class Backend:
    client = boto3
