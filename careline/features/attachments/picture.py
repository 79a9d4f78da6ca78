"""Looks at one picture in a process of its own, that may use little and has nothing to give away: its size, a copy
without metadata, and a thumbnail. Written to be killed by whatever is wrong with the picture.
"""

import ctypes
import json
import resource
import sys
import warnings
from pathlib import Path
from typing import Any

MEMORY = 512 << 20
CPU_S = 5
PIXELS = 40_000_000
FRAMES = 200
THUMBNAIL = (640, 640)
_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/gif": "GIF", "image/webp": "WEBP"}
_NEW_USER_AND_NETWORK = 0x10000000 | 0x40000000


def confine() -> None:
    """Little memory, little time, no other program, no way out."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))
    if sys.platform == "linux":  # where the kernel allows it, a network of its own with nothing in it
        ctypes.CDLL(None).unshare(_NEW_USER_AND_NETWORK)


def look(path: Path, media: str, copy: Path, thumbnail: Path, *, keep_metadata: bool) -> dict[str, Any]:
    """What the picture is; or `refused`, with the kind of refusal."""
    from PIL import Image, ImageOps

    from careline.features.attachments.metadata import Disguised, Truncated, stripped

    Image.MAX_IMAGE_PIXELS = PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        data = path.read_bytes()
        stripped(media, data)
        with Image.open(path, formats=(_FORMATS[media],)) as picture:
            frames = getattr(picture, "n_frames", 1)
            if picture.width * picture.height > PIXELS or frames > FRAMES:
                return {"refused": "bomb"}
            orientation = int(picture.getexif().get(0x0112, 1)) if media == "image/jpeg" else 1
            if not keep_metadata:
                copy.write_bytes(stripped(media, data, orientation if 1 <= orientation <= 8 else 1))
            turned = 5 <= orientation <= 8
            size = (picture.height, picture.width) if turned else (picture.width, picture.height)
            picture.seek(0)
            picture.draft("RGB", THUMBNAIL)
            small = ImageOps.exif_transpose(picture)
            small.thumbnail(THUMBNAIL)
            small = small.convert("RGBA" if small.has_transparency_data else "RGB")
            small.save(thumbnail, "WEBP", quality=80, method=4)
            return {"width": size[0], "height": size[1]}
    except Disguised:
        return {"refused": "disguised"}
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        return {"refused": "bomb"}
    except (Truncated, OSError, ValueError, SyntaxError, EOFError, KeyError, IndexError, TypeError):
        return {"refused": "broken"}


def main(words: list[str]) -> None:
    """`path media copy thumbnail keep|strip`; the answer is one line of JSON."""
    confine()
    path, media, copy, thumbnail, metadata = words
    found = look(Path(path), media, Path(copy), Path(thumbnail), keep_metadata=metadata == "keep")
    sys.stdout.write(json.dumps(found))
