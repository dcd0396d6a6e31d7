use super::*;
use crate::fault::FaultCode;
use NumberType::{F32, F64, I32, I64};
use proptest::prelude::*;

fn read(input: &str, params: &[NumberType]) -> Result<Vec<Number>, GuestFault> {
    numeric_arguments(input.as_bytes(), params)
}

fn message(input: &str, params: &[NumberType]) -> String {
    let fault = read(input, params).unwrap_err();
    assert_eq!(fault.code, FaultCode::GuestInput);
    assert_eq!(fault.shown, None);
    fault.message
}

fn print(number: Number) -> String {
    String::from_utf8(numeric_result(Some(number))).unwrap()
}

#[test]
fn keeps_64_bit_integers_exact_both_ways() {
    assert_eq!(
        read(
            r#"{"args":[9223372036854775807,-9223372036854775808,18446744073709551615]}"#,
            &[I64, I64, I64]
        ),
        Ok(vec![
            Number::I64(i64::MAX),
            Number::I64(i64::MIN),
            Number::I64(-1)
        ])
    );
    assert_eq!(
        print(Number::I64(i64::MAX)),
        r#"{"result":9223372036854775807}"#
    );
}

#[test]
fn takes_unsigned_32_bit_integers_and_floats() {
    assert_eq!(
        read(
            r#" {"args" : [ 4294967295 , -0,1.5,1e400 , 0.1]} "#,
            &[I32, I32, F64, F64, F32]
        ),
        Ok(vec![
            Number::I32(-1),
            Number::I32(0),
            Number::F64(1.5),
            Number::F64(f64::INFINITY),
            Number::F32(0.1),
        ])
    );
}

#[test]
fn rounds_to_f32_by_way_of_the_double_as_javascript_does() {
    // Just above the middle of two floats, which is lost in the double.
    let text = "1.00000005960464477539062500000000001";
    assert_ne!(text.parse::<f32>().unwrap(), 1.0);
    assert_eq!(
        read(&format!(r#"{{"args":[{text}]}}"#), &[F32]),
        Ok(vec![Number::F32(1.0)])
    );
}

#[test]
fn says_which_numbers_an_action_takes() {
    for input in [
        "{}",
        "[]",
        "3",
        r#"{"args":{}}"#,
        r#"{"args":null}"#,
        r#"{"args":[1]}"#,
        r#"{"args":[1,2,3]}"#,
        r#"{"args":[]}"#,
        r#"{"args":[1,2],"args":[]}"#,
    ] {
        assert_eq!(
            message(input, &[I32, F64]),
            r#"The action takes 2 numbers in "args" (i32, f64)."#,
            "{input}"
        );
    }
    assert_eq!(
        message(r#"{"args":[1]}"#, &[]),
        r#"The action takes 0 numbers in "args" ()."#
    );
}

#[test]
fn says_which_argument_does_not_fit() {
    for (input, expected) in [
        (r#"{"args":[1,"2"]}"#, "args[1] is not a number."),
        (r#"{"args":[[1],2]}"#, "args[0] is not a number."),
        (r#"{"args":[1,true]}"#, "args[1] is not a number."),
        (r#"{"args":[1,2.5]}"#, "args[1] is 2.5, which is no i32."),
        (r#"{"args":[1e0,2]}"#, "args[0] is 1e0, which is no i32."),
        (
            r#"{"args":[1,4294967296]}"#,
            "args[1] is 4294967296, which is no i32.",
        ),
        (
            r#"{"args":[-2147483649,1]}"#,
            "args[0] is -2147483649, which is no i32.",
        ),
        (
            r#"{"args":[1,999999999999999999999999999999999999999999]}"#,
            "args[1] is 999999999999999999999999999999999999999999, which is no i32.",
        ),
    ] {
        assert_eq!(message(input, &[I32, I32]), expected);
    }
}

#[test]
fn needs_no_arguments_for_an_export_without_parameters() {
    for input in ["{}", "[]", r#"{"args":[]}"#, r#""args""#, "[1]"] {
        assert_eq!(read(input, &[]), Ok(vec![]), "{input}");
    }
}

#[test]
fn takes_the_last_of_equal_names_however_it_is_written() {
    assert_eq!(
        read(r#"{"args":[1],"\u0061rgs":[2]}"#, &[I32]),
        Ok(vec![Number::I32(2)])
    );
}

#[test]
fn refuses_an_input_that_is_longer_than_any_that_it_takes() {
    let input = format!(r#"{{"args":[{}1]}}"#, "1,".repeat(600_000));
    assert_eq!(
        message(&input, &[I32]),
        "The input is longer than the 1048576 bytes that an action of numbers takes."
    );
}

#[test]
fn refuses_what_is_no_json() {
    assert_eq!(
        message(r#"{"args":[1}"#, &[I32]),
        "The input is no JSON: unexpected '}' in JSON at byte 10."
    );
}

#[test]
fn prints_numbers_as_javascript_does() {
    assert_eq!(numeric_result(None), b"{}");
    for (number, text) in [
        (Number::I32(i32::MIN), "-2147483648"),
        (Number::F64(2.5), "2.5"),
        (Number::F64(4.0), "4"),
        (Number::F64(-0.0), "0"),
        (Number::F64(1e21), "1e+21"),
        (
            Number::F64(123456789012345680000.0),
            "123456789012345680000",
        ),
        (Number::F64(1e-7), "1e-7"),
        (Number::F64(0.000001), "0.000001"),
        (Number::F64(f64::MAX), "1.7976931348623157e+308"),
        (Number::F64(5e-324), "5e-324"),
        (Number::F64(f64::NAN), "null"),
        (Number::F64(f64::NEG_INFINITY), "null"),
        (Number::F32(0.5), "0.5"),
        (Number::F32(0.1), "0.10000000149011612"),
        (Number::F32(-0.0), "0"),
        (Number::F32(f32::INFINITY), "null"),
    ] {
        assert_eq!(print(number), format!("{{\"result\":{text}}}"));
    }
}

proptest! {
    #[test]
    fn reads_back_what_it_prints(integer in any::<i64>(), float in any::<f64>()) {
        prop_assume!(float.is_finite());
        let digits = |number| print(number)["{\"result\":".len()..].trim_end_matches('}').to_owned();
        let input = format!(
            r#"{{"args":[{},{}]}}"#,
            digits(Number::I64(integer)),
            digits(Number::F64(float)),
        );
        prop_assert_eq!(
            read(&input, &[I64, F64]),
            Ok(vec![Number::I64(integer), Number::F64(float)])
        );
    }

    #[test]
    fn takes_integers_of_their_range_and_no_others(integer in any::<i128>(), shift in 0u32..128) {
        let integer = integer >> shift;
        let input = format!(r#"{{"args":[{integer}]}}"#);
        let fits = |bits: u32| -(1i128 << (bits - 1)) <= integer && integer < 1i128 << bits;
        prop_assert_eq!(read(&input, &[I32]).is_ok(), fits(32));
        prop_assert_eq!(read(&input, &[I64]).is_ok(), fits(64));
        if fits(64) {
            prop_assert_eq!(read(&input, &[I64]), Ok(vec![Number::I64(integer as i64)]));
        }
    }
}
