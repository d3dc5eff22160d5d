/// The image of `NamespaceContainer`: one program that waits for ever, made here so that no registry is needed.
///
/// The program ignores the ends of its children, so that the kernel reaps what is left over in a shared process
/// namespace, and then sleeps. It is small enough to be written down: an ELF header, one segment, and some
/// instructions (decision 15 has them in assembler).
enum PauseImage {
    /// - Parameter architecture: as the engine names it.
    /// - Returns: the image's file system as a tar archive; nil for a processor we have no program for.
    static func archive(_ architecture: String) -> [UInt8]? {
        guard let program = program(architecture) else { return nil }
        let name = String(NamespaceContainer.program.dropFirst())
        let padding = (512 - program.count % 512) % 512
        // Two empty blocks end an archive.
        return header(name, size: program.count) + program + [UInt8](repeating: 0, count: padding + 1_024)
    }

    // MARK: The program

    static func program(_ architecture: String) -> [UInt8]? {
        switch architecture {
        case "amd64", "x86_64": elf(machine: 62, x86)
        case "arm64", "aarch64": elf(machine: 183, arm)
        default: nil
        }
    }

    /// rt_sigaction(SIGCHLD, SIG_IGN), then pause() again and again.
    private static let x86: [UInt8] =
        [
            0xB8, 0x0D, 0x00, 0x00, 0x00, 0xBF, 0x11, 0x00, 0x00, 0x00, 0x48, 0x8D, 0x35, 0x17, 0x00, 0x00, 0x00, 0x31,
            0xD2, 0x41, 0xBA, 0x08, 0x00, 0x00, 0x00, 0x0F, 0x05, 0xB8, 0x22, 0x00, 0x00, 0x00, 0x0F, 0x05, 0xEB, 0xF7,
            0x0F, 0x1F, 0x40, 0x00,
        ] + ignore

    /// rt_sigaction(SIGCHLD, SIG_IGN), then ppoll() of nothing, without an end, again and again.
    private static let arm: [UInt8] =
        [
            0xC8, 0x10, 0x80, 0xD2, 0x20, 0x02, 0x80, 0xD2, 0x81, 0x01, 0x00, 0x10, 0x02, 0x00, 0x80, 0xD2, 0x03, 0x01,
            0x80, 0xD2, 0x01, 0x00, 0x00, 0xD4, 0x28, 0x09, 0x80, 0xD2, 0x00, 0x00, 0x80, 0xD2, 0x01, 0x00, 0x80, 0xD2,
            0x02, 0x00, 0x80, 0xD2, 0x03, 0x00, 0x80, 0xD2, 0x04, 0x00, 0x80, 0xD2, 0x01, 0x00, 0x00, 0xD4, 0xF9, 0xFF,
            0xFF, 0x17,
        ] + ignore

    /// The kernel's sigaction: the handler SIG_IGN, no flags, no restorer, no mask.
    private static let ignore: [UInt8] = [1] + [UInt8](repeating: 0, count: 31)

    /// A static program of one segment, loaded with its headers.
    private static func elf(machine: UInt16, _ code: [UInt8]) -> [UInt8] {
        let (base, headers): (UInt64, UInt64) = (0x40_0000, 64 + 56)
        let size = headers + UInt64(code.count)
        var bytes: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1, 0] + [UInt8](repeating: 0, count: 8)
        bytes += little(UInt16(2)) + little(machine) + little(UInt32(1))
        // Entry, program headers, no sections, no flags.
        bytes += little(base + headers) + little(UInt64(64)) + little(UInt64(0)) + little(UInt32(0))
        bytes += little(UInt16(64)) + little(UInt16(56)) + little(UInt16(1))
        bytes += little(UInt16(64)) + little(UInt16(0)) + little(UInt16(0))
        // One segment, readable and executable; pages may be as large as 64 KiB.
        bytes += little(UInt32(1)) + little(UInt32(5)) + little(UInt64(0)) + little(base) + little(base)
        bytes += little(size) + little(size) + little(UInt64(0x1_0000))
        return bytes + code
    }

    private static func little(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }

    // MARK: The archive

    /// Source: POSIX.1-2017, pax: ustar interchange format.
    private static func header(_ name: String, size: Int) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at offset: Int) {
            for (index, byte) in text.utf8.enumerated() { block[offset + index] = byte }
        }
        put(name, at: 0)
        put("0000755", at: 100)
        put("0000000", at: 108)
        put("0000000", at: 116)
        put(octal(size, digits: 11), at: 124)
        put("00000000000", at: 136)
        put("        ", at: 148)
        put("0", at: 156)
        put("ustar", at: 257)
        put("00", at: 263)
        let sum = block.reduce(0) { $0 + Int($1) }
        put(octal(sum, digits: 6), at: 148)
        block[154] = 0
        return block
    }

    private static func octal(_ value: Int, digits: Int) -> String {
        let text = String(value, radix: 8)
        return String(repeating: "0", count: digits - text.count) + text
    }
}
