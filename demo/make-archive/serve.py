"""Answers on loopback what a video platform would: metadata as yt-dlp's extractor returns it, media, subtitles, thumbnails."""
import json
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from draw import CODECS, seconds, webvtt

PORT = 18642
BASE = f'http://127.0.0.1:{PORT}'
# What a real media URL carries and no archive should pass on: who asked, until when, with which signature.
SIGNED = 'expire=1900000000&ip=127.0.0.1&signature=4C6F6F706261636B'


def tracks(video, name):
    return {language: [{'ext': 'vtt', 'name': language, 'url': f"{BASE}/timedtext/{video['id']}/{language}.vtt?{SIGNED}"}]
            for language in video.get(name, {})}


def formats(video):
    _, video_ext, _, audio_ext = CODECS[video['container']]
    mp4 = video['container'] == 'mp4'
    return [
        {'format_id': '140' if mp4 else '251', 'ext': audio_ext, 'acodec': 'mp4a.40.2' if mp4 else 'opus', 'vcodec': 'none',
         'asr': 48000, 'audio_channels': 1, 'url': f"{BASE}/media/{video['id']}/audio.{audio_ext}?{SIGNED}"},
        {'format_id': '133' if mp4 else '242', 'ext': video_ext, 'vcodec': 'avc1.64000c' if mp4 else 'vp9', 'acodec': 'none',
         'width': 426, 'height': 240, 'fps': 12, 'url': f"{BASE}/media/{video['id']}/video.{video_ext}?{SIGNED}"},
    ]


def player(video, channel):
    url = f"https://www.youtube.com/channel/{channel['id']}"
    return {
        'id': video['id'], 'title': video['title'], 'description': video['description'], 'formats': formats(video),
        'thumbnails': [{'url': f"{BASE}/media/{video['id']}/thumbnail.webp?{SIGNED}", 'width': 426, 'height': 240}],
        'duration': seconds(video), 'timestamp': video['timestamp'], 'language': video['language'],
        'channel': channel['name'], 'channel_id': channel['id'], 'channel_url': url, 'channel_follower_count': 4127,
        'uploader': channel['name'], 'uploader_id': channel['handle'], 'uploader_url': f"https://www.youtube.com/{channel['handle']}",
        'webpage_url': f"https://www.youtube.com/watch?v={video['id']}", 'availability': video.get('availability', 'public'),
        'view_count': 318, 'like_count': 27, 'comment_count': len(video.get('comments', [])), 'age_limit': 0,
        'categories': ['News & Politics'], 'tags': video['tags'], 'live_status': 'not_live', 'media_type': 'video',
        'subtitles': tracks(video, 'subtitles'), 'automatic_captions': tracks(video, 'captions'),
        'chapters': [{'start_time': a, 'end_time': b, 'title': t} for a, b, t in video['chapters']] if 'chapters' in video else None,
        'comments': [{'id': f"{video['id']}.{n}", 'parent': 'root', 'author_id': 'UCholdfastDemoReader__1z', 'like_count': 3,
                      'timestamp': video['timestamp'] + 86400, **comment} for n, comment in enumerate(video.get('comments', []))],
    }


def listing(world):
    """The channel's own page, where unlisted videos do not stand."""
    channel = world['channel']
    urls = [f"https://www.youtube.com/watch?v={v['id']}" for v in world['videos'] if v.get('availability') != 'unlisted']
    return {'urls': urls, 'playlist_id': channel['id'], 'playlist_title': f"{channel['name']} - Videos",
            'playlist_description': channel['description'], 'channel': channel['name'], 'channel_id': channel['id'],
            'uploader': channel['name'], 'uploader_id': channel['handle'], 'tags': [], 'availability': 'public'}


def serving(world, media: Path):
    """Starts the server in a thread. Media lie under `media`/ID/; everything else is made from `world`."""
    videos = {video['id']: video for video in world['videos']}

    class Platform(SimpleHTTPRequestHandler):
        def translate_path(self, path):
            return str(media / urlsplit(path).path.removeprefix('/media/'))

        def do_GET(self):
            match urlsplit(self.path).path.split('/')[1:]:
                case ['player', name]:
                    self.answer('application/json', json.dumps(player(videos[name], world['channel'])))
                case ['channel', _]:
                    self.answer('application/json', json.dumps(listing(world)))
                case ['timedtext', name, track]:
                    language = track.removesuffix('.vtt')
                    lines = {**videos[name].get('captions', {}), **videos[name]['subtitles']}[language]
                    self.answer('text/vtt', webvtt(lines, language))
                case _:
                    super().do_GET()

        def answer(self, kind, text):
            body = text.encode()
            self.send_response(200)
            self.send_header('Content-Type', f'{kind}; charset=utf-8')
            self.send_header('Content-Length', str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(('127.0.0.1', PORT), Platform)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
