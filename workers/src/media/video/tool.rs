//! ffmpeg and ffprobe, run as children. They read what they are given and nothing else: no address, no other file. They
//! end with the run: what they make a video of comes from us by a pipe, which ends when this process does.

use std::io::ErrorKind;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use domain::media::processing::{Made, Refusal};
use futures::TryStreamExt;
use platform::config::Processing;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use super::ladder::{Rung, SOUND};
use super::room::Room;
use super::{Container, Desk};
use crate::Failure;

/// What takes longer is refused, whatever it would come to.
const A_LOOK: Duration = Duration::from_secs(60);
const A_COPY: Duration = Duration::from_secs(15 * 60);
const A_HEIGHT: Duration = Duration::from_secs(150 * 60);
const BETWEEN_REPORTS: Duration = Duration::from_secs(2);

// Sent by people and systems, not by a program's own faults.
const SIGHUP: i32 = 1;
const SIGINT: i32 = 2;
const SIGKILL: i32 = 9;
const SIGTERM: i32 = 15;

pub(super) struct Tool {
    config: Processing,
}

impl Tool {
    pub(super) fn new(desk: &Desk<'_>) -> Self {
        Self {
            config: desk.cx.platform.config.processing.clone(),
        }
    }

    /// What there is to know of a file, as JSON.
    pub(super) async fn probe(&self, container: Container, file: &Path) -> Result<Said, Failure> {
        let mut command = self.reading(&self.config.ffprobe, container);
        // Whatever else it holds may be long.
        command.args(["-show_entries", ASKED, "-print_format", "json"]);
        output(command.arg("-i").arg(file), A_LOOK).await
    }

    /// The same picture and sound, and nothing that tells where it was made. Can be read from its start.
    pub(super) async fn clean(
        &self,
        container: Container,
        file: &Path,
        room: &Room,
    ) -> Result<Result<PathBuf, Refusal>, Failure> {
        let clean = room.folder.join("clean");
        let mut command = self.reading(&self.config.ffmpeg, container);
        command
            .arg("-nostdin")
            .arg("-i")
            .arg(file)
            .args(NOTHING_ELSE);
        command.args(["-c", "copy", "-movflags", "+faststart"]);
        let form = match container {
            Container::Boxes => "mp4",
            Container::Matroska => "webm",
        };
        command.args(["-f", form]).arg(&clean);
        Ok(output(&mut command, A_COPY).await?.map(|_| clean))
    }

    /// One picture, as JPEG.
    pub(super) async fn still(
        &self,
        container: Container,
        file: &Path,
        at: f64,
    ) -> Result<Said, Failure> {
        let mut command = self.reading(&self.config.ffmpeg, container);
        command
            .args(["-nostdin", "-ss", &at.to_string(), "-i"])
            .arg(file);
        command.args(["-frames:v", "1", "-q:v", "3", "-c:v", "mjpeg"]);
        command.args([
            "-vf",
            "scale=w=1600:h=1600:force_original_aspect_ratio=decrease:force_divisible_by=2",
        ]);
        let still = output(command.args(["-f", "image2pipe", "pipe:1"]), A_LOOK).await?;
        Ok(still.and_then(|still| match still.is_empty() {
            true => Err(Refusal::Damaged),
            false => Ok(still),
        }))
    }

    /// One height: a file that is read in parts, and the list of its parts.
    pub(super) async fn transcode(
        &self,
        desk: &Desk<'_>,
        container: Container,
        rung: &Rung,
        room: &Room,
        progress: (i16, i16),
    ) -> Result<Result<Made, Refusal>, Failure> {
        let mut child = self
            .climbing(container, rung, room)
            .spawn()
            .map_err(Failure::retry)?;
        let ended = fed_and_watched(&mut child, desk, progress);
        match tokio::time::timeout(A_HEIGHT, ended).await {
            Ok(ended) => match ended? {
                Ok(()) => Ok(Ok(kept(desk, rung, room).await?)),
                Err(why) => Ok(Err(why)),
            },
            Err(_) => Ok(Err(Refusal::TooSlow)),
        }
    }

    fn climbing(&self, container: Container, rung: &Rung, room: &Room) -> Command {
        let mut command = self.reading(&self.config.ffmpeg, container);
        command.args(["-i", "pipe:0"]).args(NOTHING_ELSE);
        // It may be longer than it says.
        let longest = self.config.video_length.as_secs_f64().to_string();
        command
            .args(["-t", &longest])
            .args(written(rung))
            .args(listed(rung))
            .current_dir(&room.folder);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        command
    }

    fn reading(&self, program: &Path, container: Container) -> Command {
        let mut command = Command::new(program);
        command.kill_on_drop(true);
        command.args(["-v", "error", "-protocol_whitelist", "file,pipe"]);
        command.args(["-max_pixels", &self.config.pixels.to_string()]);
        command.args(["-f", container.reader()]);
        command
    }
}

/// What there is to know of a video.
const ASKED: &str = "format=duration:stream=codec_type,width,height:stream_side_data=rotation";

/// One picture, one sound; no words about them, and no tracks of places.
const NOTHING_ELSE: [&str; 15] = [
    "-map",
    "0:v:0",
    "-map",
    "0:a:0?",
    "-map_metadata",
    "-1",
    "-map_metadata:s",
    "-1",
    "-map_chapters",
    "-1",
    "-dn",
    "-sn",
    "-fflags",
    "+bitexact",
    "-y",
];

/// The list first: a file that is there can be streamed.
async fn kept(desk: &Desk<'_>, rung: &Rung, room: &Room) -> Result<Made, Failure> {
    let (file, list) = (
        format!("{}.mp4", rung.name()),
        format!("{}.m3u8", rung.name()),
    );
    let key = |name: &str| format!("{}/{name}", desk.progress.folder);
    room.put(desk, &room.folder.join(&list), &key(&list))
        .await?;
    let size = room
        .put(desk, &room.folder.join(&file), &key(&file))
        .await?;
    Ok(made(rung, key(&file), size))
}

fn made(rung: &Rung, key: String, size: u64) -> Made {
    Made {
        name: rung.name(),
        content_type: "video/mp4".to_owned(),
        key,
        width: Some(rung.width),
        height: Some(rung.height),
        size,
    }
}

fn written(rung: &Rung) -> Vec<String> {
    let (width, height, bits) = (rung.width, rung.height, rung.bits);
    let line = format!(
        "-vf scale={width}:{height},setsar=1 -c:v libx264 -preset veryfast -profile:v main -pix_fmt yuv420p -crf 23 \
         -maxrate {bits} -bufsize {} -sc_threshold 0 -force_key_frames expr:gte(t,n_forced*4) -c:a aac -b:a {SOUND} -ac 2",
        bits * 2
    );
    line.split(' ').map(str::to_owned).collect()
}

fn listed(rung: &Rung) -> Vec<String> {
    let name = rung.name();
    let line = format!(
        "-progress pipe:1 -f hls -hls_time 4 -hls_playlist_type vod -hls_segment_type fmp4 -hls_flags single_file \
         -hls_segment_filename {name}.mp4 {name}.m3u8"
    );
    line.split(' ').map(str::to_owned).collect()
}

/// What it says, if it ends well.
type Said = Result<Vec<u8>, Refusal>;

async fn output(command: &mut Command, time: Duration) -> Result<Said, Failure> {
    command.stdin(Stdio::null()).stderr(Stdio::null());
    match tokio::time::timeout(time, command.output()).await {
        Ok(output) => {
            let output = output.map_err(Failure::retry)?;
            Ok(judged(output.status)?.map(|()| output.stdout))
        }
        Err(_) => Ok(Err(Refusal::TooSlow)),
    }
}

/// Hostile bytes may break it: that is one more way to be damaged. What somebody killed is worth another try.
fn judged(ended: ExitStatus) -> Result<Result<(), Refusal>, Failure> {
    match (ended.success(), ended.signal()) {
        (true, _) => Ok(Ok(())),
        (false, Some(SIGHUP | SIGINT | SIGKILL | SIGTERM)) => {
            Err(Failure::retry("the program was killed"))
        }
        (false, _) => Ok(Err(Refusal::Damaged)),
    }
}

async fn fed_and_watched(
    child: &mut Child,
    desk: &Desk<'_>,
    progress: (i16, i16),
) -> Result<Result<(), Refusal>, Failure> {
    let (Some(input), Some(told)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(Failure::retry("the program has no pipes"));
    };
    let (fed, watched) = tokio::join!(feed(input, desk), watch(told, desk, progress));
    let ended = child.wait().await.map_err(Failure::retry)?;
    fed?;
    watched?;
    judged(ended)
}

async fn feed(mut input: ChildStdin, desk: &Desk<'_>) -> Result<(), Failure> {
    let mut content = desk.cx.platform.storage.get(&desk.key, None).await?;
    while let Some(part) = content.try_next().await.map_err(Failure::retry)? {
        match input.write_all(&part).await {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => break,
            written => written.map_err(Failure::retry)?,
        }
    }
    Ok(())
}

/// Takes down how far it is, now and then.
async fn watch(
    told: ChildStdout,
    desk: &Desk<'_>,
    (start, part): (i16, i16),
) -> Result<(), Failure> {
    let length = desk.progress.facts.duration_ms.unwrap_or(1).max(1);
    let mut lines = BufReader::new(told).lines();
    let mut reported = Instant::now();
    while let Some(line) = lines.next_line().await.map_err(Failure::retry)? {
        let done = line
            .strip_prefix("out_time_us=")
            .and_then(|us| us.parse::<i64>().ok());
        let Some(done) = done.filter(|_| reported.elapsed() > BETWEEN_REPORTS) else {
            continue;
        };
        let share = (done / 1000 * i64::from(part) / length).clamp(0, i64::from(part));
        desk.report(start + i16::try_from(share).unwrap_or(part))
            .await?;
        reported = Instant::now();
    }
    Ok(())
}
