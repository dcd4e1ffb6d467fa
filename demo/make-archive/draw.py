"""Draws and speaks the media of one testimony with ffmpeg and espeak-ng."""
import subprocess
from pathlib import Path

# Pauses between sentences, so that each subtitle has a time of its own.
SECONDS_PER_LINE = 3
CODECS = {
    'mp4': (['-c:v', 'libx264', '-crf', '30', '-preset', 'veryslow', '-pix_fmt', 'yuv420p'], 'mp4', ['-c:a', 'aac', '-b:a', '48k'], 'm4a'),
    'webm': (['-c:v', 'libvpx-vp9', '-crf', '44', '-b:v', '0', '-pix_fmt', 'yuv420p'], 'webm', ['-c:a', 'libopus', '-b:a', '32k'], 'webm'),
}


def ffmpeg(*arguments):
    subprocess.run(['ffmpeg', '-nostdin', '-loglevel', 'error', '-y', *map(str, arguments)], check=True)


def seconds(video):
    return len(video['lines']) * SECONDS_PER_LINE


def speak(video, into: Path):
    """One WAV a line, each padded to the same length, then joined."""
    parts = []
    for number, line in enumerate(video['lines']):
        part = into / f"{number}.wav"
        subprocess.run(['espeak-ng', '-v', video['voice'], '-s', '150', '-w', part, line], check=True)
        parts += ['-i', part]
    pads = ''.join(f'[{n}]apad,atrim=0:{SECONDS_PER_LINE},aresample=48000[p{n}];' for n in range(len(video['lines'])))
    joined = ''.join(f'[p{n}]' for n in range(len(video['lines'])))
    wav = into / 'speech.wav'
    ffmpeg(*parts, '-filter_complex', f"{pads}{joined}concat=n={len(video['lines'])}:v=0:a=1", wav)
    return wav


def draw(video, into: Path):
    """Makes `video.EXT`, `audio.EXT` and `thumbnail.webp`, picture and sound apart as the platform serves them."""
    into.mkdir(parents=True, exist_ok=True)
    video_codec, video_ext, audio_codec, audio_ext = CODECS[video['container']]
    exact = ['-fflags', '+bitexact', '-flags', '+bitexact', '-map_metadata', '-1', '-threads', '1']
    ffmpeg('-f', 'lavfi', '-i', video['picture'], '-t', seconds(video), *video_codec, *exact, into / f'video.{video_ext}')
    ffmpeg('-i', speak(video, into), '-ac', '1', *audio_codec, *exact, into / f'audio.{audio_ext}')
    ffmpeg('-ss', '1', '-i', into / f'video.{video_ext}', '-frames:v', '1', '-quality', '60', into / 'thumbnail.webp')


def webvtt(lines, language):
    def clock(at):
        return f'00:00:{at:02d}.000'
    cues = (f'{clock(n * SECONDS_PER_LINE)} --> {clock((n + 1) * SECONDS_PER_LINE)}\n{line}\n' for n, line in enumerate(lines))
    return f'WEBVTT\nKind: captions\nLanguage: {language}\n\n' + '\n'.join(cues)
