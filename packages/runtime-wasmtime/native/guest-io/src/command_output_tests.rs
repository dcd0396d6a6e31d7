use super::*;
use crate::fault::FaultCode;
use proptest::prelude::*;

/// Writes each piece and gives the log so far.
fn write_all(output: &mut CommandOutput, pieces: &[&[u8]]) -> Result<String, GuestFault> {
    let mut log = Vec::new();
    for piece in pieces {
        output.write(piece, &mut |bytes| log.extend_from_slice(bytes))?;
    }
    Ok(String::from_utf8(log).unwrap())
}

fn finish(output: CommandOutput) -> String {
    let answer = output.finish().unwrap();
    assert!(!answer.is_error);
    String::from_utf8(answer.json).unwrap()
}

#[test]
fn takes_the_last_line_for_the_result_and_passes_the_others_on_as_they_come() {
    let mut output = CommandOutput::new(100);
    assert_eq!(
        write_all(&mut output, &[b"one\ntwo\n{\"a\""]).unwrap(),
        "one\ntwo\n"
    );
    assert_eq!(write_all(&mut output, &[b":1}\n"]).unwrap(), "");
    assert_eq!(finish(output), r#"{"a":1}"#);
}

#[test]
fn does_not_take_empty_lines_at_the_end_for_the_last_line() {
    let mut output = CommandOutput::new(100);
    assert_eq!(
        write_all(&mut output, &[b"{\"a\":1}\r\n\n\r\n", b"\r", b"\n"]).unwrap(),
        ""
    );
    assert_eq!(finish(output), r#"{"a":1}"#);
}

#[test]
fn makes_an_empty_object_of_nothing() {
    assert_eq!(finish(CommandOutput::new(100)), "{}");
    let mut output = CommandOutput::new(100);
    write_all(&mut output, &[b"\n\n", b""]).unwrap();
    assert_eq!(finish(output), "{}");
}

#[test]
fn gives_what_was_held_back_to_the_log_of_a_guest_that_failed() {
    let mut output = CommandOutput::new(100);
    assert_eq!(write_all(&mut output, &[b"last ", b"words"]).unwrap(), "");
    let mut log = Vec::new();
    output.abandon(&mut |bytes| log.extend_from_slice(bytes));
    output.abandon(&mut |bytes| log.extend_from_slice(bytes));
    assert_eq!(log, b"last words");
}

#[test]
fn refuses_a_last_line_that_is_no_object_or_array_and_shows_it() {
    let mut output = CommandOutput::new(100);
    write_all(&mut output, &[b"\"text\"\n"]).unwrap();
    let fault = output.finish().unwrap_err();
    assert_eq!(fault.code, FaultCode::ResultInvalid);
    assert_eq!(fault.shown.unwrap(), b"\"text\"\n");
}

#[test]
fn bounds_the_line_it_holds() {
    let mut output = CommandOutput::new(100);
    let fault = write_all(&mut output, &[b"xxxxxxxxxx".as_slice(); 1000]).unwrap_err();
    assert_eq!(fault.code, FaultCode::ResultTooLarge);
    assert_eq!(
        fault.message,
        "The action wrote a line of more than 100 bytes to stdout, the limit of a result."
    );
    // What was held when the line became too long is log.
    let mut log = Vec::new();
    output.abandon(&mut |bytes| log.extend_from_slice(bytes));
    assert_eq!(log, [b'x'; 100]);
}

#[test]
fn counts_a_line_with_its_end_and_not_all_lines_of_a_write() {
    let line = |length: usize| format!("{}\n", "x".repeat(length));
    let mut output = CommandOutput::new(100);
    let flood = line(100).repeat(50);
    assert_eq!(
        write_all(&mut output, &[flood.as_bytes()]).unwrap().len(),
        49 * 101
    );
    let mut output = CommandOutput::new(100);
    let fault = write_all(
        &mut output,
        &[format!("{}{}x", line(10), line(101)).as_bytes()],
    );
    assert_eq!(fault.unwrap_err().code, FaultCode::ResultTooLarge);
}

#[test]
fn takes_a_result_of_exactly_the_limit() {
    let text = format!("[\"{}\"]", "x".repeat(96));
    let mut output = CommandOutput::new(100);
    write_all(&mut output, &[text.as_bytes(), b"\n"]).unwrap();
    assert_eq!(finish(output), text);
}

#[test]
fn takes_any_limit() {
    let mut output = CommandOutput::new(usize::MAX);
    write_all(&mut output, &[b"x\n[1]"]).unwrap();
    assert_eq!(finish(output), "[1]");
}

#[test]
fn gives_a_flood_of_lines_to_the_log_in_one_piece() {
    let mut output = CommandOutput::new(1_000_000);
    let mut calls = 0;
    output
        .write(&b"line\n".repeat(10_000), &mut |_| calls += 1)
        .unwrap();
    assert_eq!(calls, 1);
}

#[test]
fn lets_go_of_the_room_of_a_long_line() {
    let mut output = CommandOutput::new(2_000_000);
    write_all(&mut output, &[&[b'x'; 1_000_000], b"\n", b"y"]).unwrap();
    assert!(output.held.capacity() <= KEPT_BYTES_MAX);
}

/// What the output has to be, by its definition: no buffer, no cuts.
fn by_definition(whole: &str) -> (&str, &str) {
    let text = whole.trim_end_matches(['\n', '\r']);
    let start = text.rfind('\n').map_or(0, |at| at + 1);
    (&text[..start], &text[start..])
}

proptest! {
    #[test]
    fn gives_the_same_result_and_log_however_the_output_is_cut_into_writes(
        pieces in prop::collection::vec(
            prop::sample::select(vec!["{\"a\":1}", "\n", "x", "❄", "\r\n", " "]), 0..30),
        cuts in prop::collection::vec(0usize..10, 0..30),
        tail in prop::sample::select(vec!["", "\n", "\r\n\n"]),
    ) {
        let text = format!("{}\n[1]{tail}", pieces.concat());
        prop_assume!(text.len() <= 1000);
        let mut output = CommandOutput::new(1000);
        let mut writes = Vec::new();
        let mut rest = text.as_bytes();
        for cut in cuts {
            let (write, behind) = rest.split_at(cut.min(rest.len()));
            writes.push(write);
            rest = behind;
        }
        writes.push(rest);
        let log = write_all(&mut output, &writes).unwrap();
        let (expected_log, expected_line) = by_definition(&text);
        prop_assert_eq!(log, expected_log);
        prop_assert_eq!(finish(output), expected_line);
    }

    #[test]
    fn loses_no_byte_of_a_guest_that_fails(
        writes in prop::collection::vec("[a\r\n]{0,8}", 0..20),
    ) {
        let mut output = CommandOutput::new(1000);
        let mut log = Vec::new();
        for write in &writes {
            output.write(write.as_bytes(), &mut |bytes| log.extend_from_slice(bytes)).unwrap();
        }
        output.abandon(&mut |bytes| log.extend_from_slice(bytes));
        prop_assert_eq!(String::from_utf8(log).unwrap(), writes.concat());
    }
}
