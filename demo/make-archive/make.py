"""Makes demo/archive anew: draws and speaks the media, then lets yt-dlp archive them from a loopback server."""
import json
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import draw
import serve

HERE = Path(__file__).resolve().parent
ARCHIVE = HERE.parent / 'archive'
MAX_BYTES = 4_000_000


def archive(urls, into: Path):
    subprocess.run([
        sys.executable, '-m', 'yt_dlp', '--ignore-config', '--no-cache-dir', '--plugin-dirs', HERE, '--paths', into,
        '--download-archive', into / 'archive.txt', '--write-info-json', '--write-description', '--write-thumbnail',
        '--write-subs', '--write-auto-subs', '--sub-langs', 'all', '--write-comments', '--write-playlist-metafiles',
        # Without it each run would give the merged files other random identifiers, and so other CIDs.
        '--postprocessor-args', 'Merger:-fflags +bitexact -flags +bitexact',
        '--write-url-link', '--no-progress', '--quiet', '--', *urls,
    ], check=True, env={'PATH': '/usr/local/bin:/usr/bin:/bin', 'LC_ALL': 'C.UTF-8', 'HOME': str(into)})


def leaks(folder: Path, scratch: str):
    """What would tell where the archive was made: paths, the name of the machine, addresses other than loopback."""
    own = [str(HERE.parents[1]), scratch, str(Path.home()), f'{socket.gethostname()}.', sys.prefix]
    address = re.compile(rb'(?<![\d.])(?!127\.0\.0\.1(?!\d))\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?![\d.])')
    for path in sorted(folder.iterdir()):
        content = path.read_bytes()
        text = path.suffix in {'.json', '.vtt', '.url', '.txt', '.description'}
        yield from (f'{path.name}: {word}' for word in own if len(word) > 3 and word.encode() in content)
        # A browser's version in the User-Agent looks like an address.
        for found in address.findall(re.sub(rb'(Chrome|Safari|Firefox)/[\d.]+', b'', content)) if text else ():
            yield f'{path.name}: {found.decode()}'


def main():
    world = json.loads((HERE / 'testimonies.json').read_text('utf-8'))
    with tempfile.TemporaryDirectory(prefix='make-archive-') as scratch:
        media, made = Path(scratch, 'media'), Path(scratch, 'archive')
        made.mkdir()
        for video in world['videos']:
            draw.draw(video, media / video['id'])
        server = serve.serving(world, media)
        channel = f"https://www.youtube.com/channel/{world['channel']['id']}/videos"
        unlisted = [f"https://www.youtube.com/watch?v={v['id']}" for v in world['videos'] if v.get('availability') == 'unlisted']
        archive([channel, *unlisted], made)
        server.shutdown()
        if found := list(leaks(made, scratch)):
            sys.exit('the archive would tell where it was made:\n' + '\n'.join(found))
        size = sum(path.stat().st_size for path in made.iterdir())
        if size > MAX_BYTES:
            sys.exit(f'the archive has {size} bytes, more than {MAX_BYTES}')
        shutil.rmtree(ARCHIVE, ignore_errors=True)
        shutil.copytree(made, ARCHIVE)
        print(f'{len(list(ARCHIVE.iterdir()))} files, {size} bytes')


if __name__ == '__main__':
    main()
