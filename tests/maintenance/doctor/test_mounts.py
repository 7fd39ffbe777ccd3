"""Linux's list of mounts, read."""

import sys

import pytest

from django_event_pdfs.maintenance.doctor.mounts import Mount, mount_of, mountinfo

MOUNTS = r"""22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 0:50 / / rw,relatime master:1 shared:2 - overlay overlay rw,lowerdir=/var/lib/a:/var/lib/b
30 27 8:1 /srv /srv rw,relatime shared:7 - ext4 /dev/sda1 rw
31 30 8:1 /media /srv/media rw - xfs /dev/sdb1 rw
32 27 0:60 / /with\040blank\134s rw - nfs4 host:/export rw
33 27 0:61 / /covered rw - ext4 /dev/sdc1 rw
34 27 0:62 / /covered rw - tmpfs tmpfs rw
a line that is none
"""


@pytest.mark.parametrize(
    ("path", "mount"),
    [
        ("/home/documents", Mount("/", "/", "overlay")),
        ("/srv", Mount("/srv", "/srv", "ext4")),
        ("/srv/media/events", Mount("/srv/media", "/media", "xfs")),
        ("/srv/mediaeval", Mount("/srv", "/srv", "ext4")),
        ("/with blank\\s/a", Mount("/with blank\\s", "/", "nfs4")),
        ("/covered/a", Mount("/covered", "/", "tmpfs")),
    ],
)
def test_a_path_is_on_the_last_mount_of_the_longest_point_above_it(path, mount):
    assert mount_of(path, MOUNTS) == mount


@pytest.mark.parametrize("text", ["", "\n", "no mounts here", "1 2 3 - "])
def test_without_mounts_there_is_none(text):
    assert mount_of("/srv", text) is None


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
def test_this_system_has_a_root():
    assert mount_of("/", mountinfo()).point == "/"
