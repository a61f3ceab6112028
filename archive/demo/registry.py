"""Which builder makes which kind of study."""

from archive.demo import chest_ct
from archive.demo.orders import Builder

BUILDERS: dict[str, Builder] = {
    "chest_ct": chest_ct.BUILDER,
}
