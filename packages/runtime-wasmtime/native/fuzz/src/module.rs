//! Makes modules: most of a shape that gets far, some of any shape, some broken.

use arbitrary::{Arbitrary, Unstructured};
use wasm_encoder::{
    CodeSection, EntityType, ExportKind, ExportSection, Function, FunctionSection, ImportSection,
    MemorySection, MemoryType, Module, TypeSection, ValType,
};
use wasm_smith::{Config, InstructionKind, InstructionKinds};

use crate::panics;
use crate::random::Random;
use crate::wasi;

/// What a module looks like from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// `_start` and a memory.
    Command,
    /// The three functions of the buffer form as well.
    Buffer,
    /// The three functions of the second buffer form as well.
    BufferSecond,
    /// Functions of numbers.
    Numeric,
    /// Whatever comes, with any proposal.
    Wild,
    /// One of the others with some of its bytes changed, or cut short.
    Broken,
}

impl Shape {
    /// All shapes, in the order in which they are counted.
    pub const ALL: [Self; 6] = [
        Self::Command,
        Self::Buffer,
        Self::BufferSecond,
        Self::Numeric,
        Self::Wild,
        Self::Broken,
    ];

    /// The shape's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Command => "command",
            Self::Buffer => "buffer",
            Self::BufferSecond => "buffer-second",
            Self::Numeric => "numeric",
            Self::Wild => "wild",
            Self::Broken => "broken",
        }
    }

    fn choose(random: &mut Random) -> Self {
        match random.below(100) {
            0..35 => Self::Command,
            35..55 => Self::Buffer,
            55..65 => Self::BufferSecond,
            65..75 => Self::Numeric,
            75..90 => Self::Wild,
            _ => Self::Broken,
        }
    }
}

/// A module to try, with its input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// What it looks like.
    pub shape: Shape,
    /// The module, valid or not.
    pub bytes: Vec<u8>,
    /// JSON for the run.
    pub input: Vec<u8>,
}

/// How often a module is begun anew when the generator gives none.
const TRIES: usize = 8;

/// Exported functions of a shape: name, parameters and results, with `i`, `l`, `f`, `d` for the four types of numbers.
type Signature = (&'static str, &'static str, &'static str);

/// Makes the module of an index. The same seed and index give the same case, whatever came before it.
///
/// `None` where the generator gave nothing; that is counted, since it would otherwise hide what is never tried.
#[must_use]
pub fn make_case(seed: u64, index: u64) -> Option<Case> {
    let mut random = Random::of_module(seed, index);
    let shape = Shape::choose(&mut random);
    for _ in 0..TRIES {
        let bytes = match shape {
            Shape::Wild => make_wild(&mut random),
            Shape::Broken => {
                make_shaped(Shape::Command, &mut random).map(|bytes| damage(bytes, &mut random))
            }
            shaped => make_shaped(shaped, &mut random),
        };
        if let Some(bytes) = bytes {
            let input = if shape == Shape::Numeric && random.percent(70) {
                numbers(&mut random)
            } else {
                make_input(&mut random)
            };
            return Some(Case {
                shape,
                bytes,
                input,
            });
        }
    }
    None
}

fn make_shaped(shape: Shape, random: &mut Random) -> Option<Vec<u8>> {
    let large = random.percent(10);
    // Vectors have so many instructions that little else is chosen beside them, calls of the host least.
    let allowed_instructions = if random.percent(40) {
        InstructionKinds::new(&[
            InstructionKind::Numeric,
            InstructionKind::Reference,
            InstructionKind::Parametric,
            InstructionKind::Variable,
            InstructionKind::Table,
            InstructionKind::Memory,
            InstructionKind::Control,
            InstructionKind::Aggregate,
        ])
    } else {
        InstructionKinds::all()
    };
    let config = Config {
        module_shape: Some(outline(shape, random)),
        // Bodies without traps run to their end, or for ever; the others try what a trap leaves behind.
        disallow_traps: random.percent(60),
        // A start function runs at instantiation, which is a place of its own.
        allow_start_export: random.percent(25),
        allowed_instructions,
        min_funcs: 3,
        // Imports count as well.
        max_funcs: wasi::FUNCTIONS.len() + if large { 60 } else { 12 },
        max_instructions: if large { 3_000 } else { 400 },
        max_nesting_depth: 8,
        max_data_segments: 8,
        max_element_segments: 8,
        max_memories: 1 + random.below(4),
        max_memory32_bytes: 16 << 20,
        max_memory64_bytes: 16 << 20,
        max_tables: 1 + random.below(3),
        max_table_elements: 5_000,
        max_tags: 4,
        max_globals: 20,
        // Each function of the outline has a type of its own.
        max_types: 100,
        max_imports: 100,
        memory64_enabled: random.percent(10),
        memory_max_size_required: false,
        gc_enabled: random.percent(20),
        bulk_memory_enabled: true,
        reference_types_enabled: true,
        simd_enabled: true,
        relaxed_simd_enabled: random.percent(50),
        tail_call_enabled: true,
        exceptions_enabled: true,
        multi_value_enabled: true,
        threads_enabled: false,
        ..Config::default()
    };
    generate(config, random)
}

fn make_wild(random: &mut Random) -> Option<Vec<u8>> {
    let choice = random.bytes(1_000);
    let mut config = Config::arbitrary(&mut Unstructured::new(&choice)).ok()?;
    config.allow_invalid_funcs = random.percent(10);
    config.custom_page_sizes_enabled = random.percent(10);
    config.wide_arithmetic_enabled = random.percent(10);
    config.generate_custom_sections = random.percent(30);
    config.export_everything = random.percent(80);
    // Whatever it would import, nobody has.
    if random.percent(60) {
        config.min_imports = 0;
        config.max_imports = 0;
    }
    generate(config, random)
}

fn generate(config: Config, random: &mut Random) -> Option<Vec<u8>> {
    let length = 1_000 + random.below(40_000);
    let choices = random.bytes(length);
    // A panic of the generator is no finding: the next choices are taken.
    panics::while_generating(|| {
        let module = wasm_smith::Module::new(config, &mut Unstructured::new(&choices)).ok()?;
        Some(module.to_bytes())
    })?
}

/// Changes some bytes, or cuts the end off.
fn damage(mut bytes: Vec<u8>, random: &mut Random) -> Vec<u8> {
    // The first eight would be refused at once.
    let body = bytes.len().saturating_sub(8);
    if body == 0 {
        return bytes;
    }
    if random.percent(20) {
        bytes.truncate(8 + random.below(body));
        return bytes;
    }
    for _ in 0..=random.below(4) {
        let at = 8 + random.below(body);
        bytes[at] = match random.below(3) {
            0 => bytes[at] ^ (1 << random.below(8)),
            1 => 0xff,
            _ => random.below(256) as u8,
        };
    }
    bytes
}

fn exports_of(shape: Shape) -> &'static [Signature] {
    match shape {
        Shape::Buffer => &[
            ("_start", "", ""),
            ("wasm_memory_buffer_allocate_space", "i", ""),
            ("get_wasm_memory_buffer_pointer", "", "i"),
            ("get_wasm_memory_buffer_len", "", "i"),
        ],
        Shape::BufferSecond => &[
            ("_start", "", ""),
            ("set_input", "i", "i"),
            ("get_result_len", "", "i"),
            ("get_result", "", "i"),
        ],
        Shape::Numeric => &[
            ("main", "ii", "i"),
            ("mixed", "lfd", "d"),
            ("nothing", "", ""),
        ],
        Shape::Command | Shape::Wild | Shape::Broken => &[("_start", "", "")],
    }
}

/// A module with the imports and exports that the generated one is to have, and nothing else of use.
fn outline(shape: Shape, random: &mut Random) -> Vec<u8> {
    let mut types = TypeSection::new();
    let mut imports = ImportSection::new();
    let mut functions = FunctionSection::new();
    let mut exports = ExportSection::new();
    let mut code = CodeSection::new();
    let mut type_count = 0;
    let mut import_count = 0;
    let mut add_type = |parameters: &str, results: &str| {
        types
            .ty()
            .function(value_types(parameters), value_types(results));
        type_count += 1;
        type_count - 1
    };

    // Few imports are called often, many seldom; a module without any is also one.
    let share = [0, 20, 50, 100, 100][random.below(5)];
    for (name, parameters) in wasi::FUNCTIONS {
        if random.percent(share) {
            let results = if wasi::has_result(name) { "i" } else { "" };
            let type_index = add_type(parameters, results);
            imports.import(wasi::MODULE, name, EntityType::Function(type_index));
            import_count += 1;
        }
    }
    for (at, (name, parameters, results)) in (0..).zip(exports_of(shape)) {
        functions.function(add_type(parameters, results));
        exports.export(name, ExportKind::Func, import_count + at);
        let mut body = Function::new([]);
        body.instructions().unreachable().end();
        code.function(&body);
    }
    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        // Now and then more than a limit allows.
        minimum: if random.percent(3) {
            40_000
        } else {
            1 + random.below(40) as u64
        },
        maximum: random.percent(30).then_some(65_536),
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    exports.export("memory", ExportKind::Memory, 0);

    let mut module = Module::new();
    module
        .section(&types)
        .section(&imports)
        .section(&functions)
        .section(&memories)
        .section(&exports)
        .section(&code);
    module.finish()
}

fn value_types(letters: &str) -> Vec<ValType> {
    letters
        .chars()
        .map(|letter| match letter {
            'l' => ValType::I64,
            'f' => ValType::F32,
            'd' => ValType::F64,
            _ => ValType::I32,
        })
        .collect()
}

/// Arguments of a function of numbers, which may be another function's.
fn numbers(random: &mut Random) -> Vec<u8> {
    let count = [0, 2, 2, 3][random.below(4)];
    let texts: Vec<_> = (0..count)
        .map(|_| random.below(100_000).to_string())
        .collect();
    format!(r#"{{"args":[{}]}}"#, texts.join(",")).into_bytes()
}

/// JSON of many sizes, as the platform would pass it on.
fn make_input(random: &mut Random) -> Vec<u8> {
    match random.below(6) {
        0 => b"{}".to_vec(),
        1 => format!(r#"{{"n":{}}}"#, random.next() as i64).into_bytes(),
        2 => numbers(random),
        3 => {
            let depth = 1 + random.below(200);
            format!(r#"{{"deep":{}{}}}"#, "[".repeat(depth), "]".repeat(depth)).into_bytes()
        }
        4 => {
            let text = "wäsm\\n".repeat(1 + random.below(10_000));
            format!(r#"{{"text":"{text}"}}"#).into_bytes()
        }
        _ => format!(
            r#"{{"name":"{:x}","flag":true,"none":null}}"#,
            random.next()
        )
        .into_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use wasmparser::{Parser, Payload, Validator, WasmFeatures};

    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_modules_in_any_order() {
        let forwards: Vec<_> = (0..40).map(|index| make_case(7, index)).collect();
        let mut backwards: Vec<_> = (0..40).rev().map(|index| make_case(7, index)).collect();
        backwards.reverse();
        assert!(forwards == backwards);
        let others: Vec<_> = (0..40).map(|index| make_case(8, index)).collect();
        let same = forwards.iter().zip(&others).filter(|(a, b)| a == b).count();
        assert_eq!(same, 0);
    }

    #[test]
    fn shaped_modules_are_valid_and_export_what_their_form_needs() {
        let mut seen = HashSet::new();
        for index in 0..150 {
            let case = make_case(1, index).unwrap();
            if matches!(case.shape, Shape::Wild | Shape::Broken) {
                continue;
            }
            Validator::new_with_features(WasmFeatures::all())
                .validate_all(&case.bytes)
                .unwrap();
            seen.insert(case.shape.name());
            let mut names = Vec::new();
            for payload in Parser::new(0).parse_all(&case.bytes) {
                match payload.unwrap() {
                    Payload::ExportSection(exports) => {
                        names.extend(exports.into_iter().map(|one| one.unwrap().name.to_owned()));
                    }
                    Payload::ImportSection(imports) => {
                        for import in imports.into_imports() {
                            let import = import.unwrap();
                            assert_eq!(import.module, wasi::MODULE);
                            assert!(wasi::FUNCTIONS.iter().any(|known| known.0 == import.name));
                        }
                    }
                    _ => {}
                }
            }
            for (name, ..) in exports_of(case.shape) {
                assert!(names.iter().any(|export| export == name), "{name}");
            }
            assert!(names.iter().any(|export| export == "memory"));
        }
        assert_eq!(seen.len(), 4);
    }

    #[test]
    fn knows_each_function_of_the_preview_once() {
        let names: HashSet<_> = wasi::FUNCTIONS.iter().map(|known| known.0).collect();
        assert_eq!((names.len(), wasi::FUNCTIONS.len()), (46, 46));
    }

    #[test]
    fn damage_changes_a_module() {
        let case = make_case(1, 0).unwrap();
        let mut random = Random::of_module(1, 0);
        let changed = (0..50)
            .filter(|_| damage(case.bytes.clone(), &mut random) != case.bytes)
            .count();
        assert!(changed > 40);
        assert!(damage(b"\0asm\x01\0\0\0".to_vec(), &mut random).len() == 8);
    }
}
