//! Tests of charged streams over one that writes into memory.

use super::*;
use crate::directory_account::DirectoryAccount;
use crate::guest_files::GuestFiles;
use std::sync::Mutex;
use wasmtime_wasi::filesystem::{Descriptor, File, FsPerms, OpenMode};

/// Keeps what is written.
struct Kept(Arc<Mutex<Vec<u8>>>);

#[async_trait]
impl OutputStream for Kept {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.0.lock().unwrap().extend_from_slice(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(WRITE_BYTES_MAX)
    }
}

#[async_trait]
impl Pollable for Kept {
    async fn ready(&mut self) {}
}

/// A stream to an empty file in an empty directory that may hold so much.
fn charged(bytes_max: u64, position: Option<u64>) -> (ChargedOutput, Arc<Mutex<Vec<u8>>>) {
    let nowhere = std::env::temp_dir().join("wasmwhisk-no-such-folder");
    let account = Arc::new(DirectoryAccount::new(nowhere, bytes_max));
    let mut files = GuestFiles::new(&Arc::new(vec![vec![account]]));
    files.number_directories(3);
    let permit = files.reserve().unwrap();
    let empty = std::fs::File::open("/dev/null").unwrap();
    let file = File::new(empty, FsPerms::ReadWrite, OpenMode::WRITE, false);
    let parent = files.get(3).unwrap();
    files.opened(4, &parent, &Descriptor::File(file), false, permit);
    let kept = Arc::default();
    let stream = Box::new(Kept(Arc::clone(&kept)));
    let entry = files.get(4).unwrap();
    (ChargedOutput::new(entry, position, stream), kept)
}

fn is_refused(result: StreamResult<usize>) -> bool {
    matches!(result, Err(StreamError::LastOperationFailed(error)) if error.is::<QuotaExceeded>())
}

#[tokio::test]
async fn writes_what_fits_and_tells_of_the_rest_at_the_next_call() {
    let (mut stream, kept) = charged(1000, None);
    assert_eq!(stream.check_write().unwrap(), WRITE_BYTES_MAX);
    stream.write(Bytes::from(vec![1; 600])).unwrap();
    assert_eq!(stream.check_write().unwrap(), 0);
    stream.flush().unwrap();
    stream.ready().await;
    stream.check_write().unwrap();
    stream.write(Bytes::from(vec![2; 401])).unwrap();
    stream.ready().await;
    assert!(is_refused(stream.check_write()));
    assert!(matches!(stream.check_write(), Err(StreamError::Closed)));
    assert_eq!(*kept.lock().unwrap(), vec![1; 600]);
}

#[tokio::test]
async fn writes_without_being_asked_how_it_goes() {
    let (mut stream, kept) = charged(1000, None);
    stream.write(Bytes::from_static(b"text")).unwrap();
    let written = async {
        while kept.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    let patience = std::time::Duration::from_secs(10);
    tokio::time::timeout(patience, written).await.unwrap();
}

#[tokio::test]
async fn writes_to_the_end_what_it_took_when_it_is_dropped() {
    let (mut stream, kept) = charged(1000, None);
    stream.write(Bytes::from_static(b"text")).unwrap();
    stream.cancel().await;
    assert_eq!(*kept.lock().unwrap(), b"text");
    assert!(matches!(stream.check_write(), Err(StreamError::Closed)));
}

#[tokio::test]
async fn counts_from_where_it_began() {
    let (mut stream, kept) = charged(1000, Some(900));
    stream
        .blocking_write_and_flush(Bytes::from(vec![1; 100]))
        .await
        .unwrap();
    let refused = stream.blocking_write_and_flush(Bytes::from(vec![1; 1]));
    assert!(is_refused(refused.await.map(|()| 0)));
    assert_eq!(kept.lock().unwrap().len(), 100);
}

#[tokio::test]
async fn refuses_a_write_that_was_not_permitted() {
    let (mut stream, _) = charged(1000, None);
    stream.write(Bytes::from_static(b"one")).unwrap();
    let second = stream.write(Bytes::from_static(b"two"));
    assert!(matches!(second, Err(StreamError::Trap(_))));
}
