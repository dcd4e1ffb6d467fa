"""Stands in for yt-dlp's YouTube extractor, and reads what YouTube would have said from the loopback server.

The class names decide `extractor_key`, so they are those of yt-dlp's own classes, which plugins take precedence over.
"""
from yt_dlp.extractor.common import InfoExtractor

SERVER = 'http://127.0.0.1:18642'


class YoutubeIE(InfoExtractor):
    IE_NAME = 'youtube'
    _VALID_URL = r'https?://www\.youtube\.com/watch\?v=(?P<id>[\w-]{11})'

    def _real_extract(self, url):
        video_id = self._match_id(url)
        info = self._download_json(f'{SERVER}/player/{video_id}', video_id)
        return {**info, '__post_extractor': lambda: {'comments': info.get('comments') or None}}


class YoutubeTabIE(InfoExtractor):
    IE_NAME = 'youtube:tab'
    _VALID_URL = r'https?://www\.youtube\.com/channel/(?P<id>UC[\w-]{22})/videos'

    def _real_extract(self, url):
        channel_id = self._match_id(url)
        info = self._download_json(f'{SERVER}/channel/{channel_id}', channel_id)
        entries = [self.url_result(entry, YoutubeIE) for entry in info.pop('urls')]
        return self.playlist_result(entries, **info)
