// The action of test/toolchains/guests/README.md as a WASI command.
const std = @import("std");

const Arguments = struct {
    ask: []const u8,
    name: []const u8 = "",
    text: []const u8 = "",
    number: i64 = 0,
    waitMs: i64 = 0,
};

var runs: u32 = 0;

pub fn main(init: std.process.Init) !void {
    const allocator = init.arena.allocator();
    const io = init.io;
    runs += 1;

    // The program's argument, or all of stdin where the arguments are too long for one.
    const argv = try init.minimal.args.toSlice(allocator);
    const input = if (argv.len > 1) argv[1] else all: {
        var buffer: [4096]u8 = undefined;
        var reader = std.Io.File.stdin().reader(io, &buffer);
        break :all try reader.interface.allocRemaining(allocator, .unlimited);
    };
    const args = try std.json.parseFromSliceLeaky(Arguments, allocator, input, .{
        .ignore_unknown_fields = true,
    });

    var stdout_buffer: [4096]u8 = undefined;
    var stdout_writer = std.Io.File.stdout().writer(io, &stdout_buffer);
    const stdout = &stdout_writer.interface;
    if (std.mem.eql(u8, args.ask, "result")) {
        const greeting = try std.fmt.allocPrint(allocator, "Hello, {s}!", .{args.name});
        try stdout.print("{f}\n", .{std.json.fmt(.{ .greeting = greeting }, .{})});
    } else if (std.mem.eql(u8, args.ask, "error")) {
        try stdout.print("{f}\n", .{std.json.fmt(.{ .@"error" = .{ .reason = "asked for" } }, .{})});
    } else if (std.mem.eql(u8, args.ask, "log")) {
        try stdout.writeAll("first line on stdout\nzweite Zeile: grün, 你好, 🦀\n");
        try stdout.flush();
        var stderr_writer = std.Io.File.stderr().writer(io, &.{});
        try stderr_writer.interface.writeAll("a line on stderr\n");
        try stdout.writeAll("{\"logged\":true}\n");
    } else if (std.mem.eql(u8, args.ask, "echo")) {
        try stdout.print("{f}\n", .{std.json.fmt(.{ .text = args.text, .bytes = args.text.len }, .{})});
    } else if (std.mem.eql(u8, args.ask, "turn")) {
        if (args.waitMs > 0) try io.sleep(.fromMilliseconds(args.waitMs), .awake);
        try stdout.print("{f}\n", .{std.json.fmt(.{ .number = args.number, .runs = runs }, .{})});
    } else return error.UnknownAsk;
    try stdout.flush();
}
