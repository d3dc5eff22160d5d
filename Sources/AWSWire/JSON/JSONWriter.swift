/// Writes JSON into a buffer of bytes, for generated shapes and stored records.
///
/// Members that are nil are left out. Commas come by themselves: a comma is due unless the last byte opened something.
package struct JSONWriter {
    /// What was written so far.
    package private(set) var bytes: [UInt8] = []
    private let timestamps: TimestampForm

    /// How times are written.
    package enum TimestampForm: Sendable {
        /// A number of seconds since 1970 with three decimals, as in the JSON protocols.
        case seconds
        /// A text, as in EventBridge's events.
        case iso8601
    }

    /// - Parameter capacity: the expected size in bytes.
    package init(capacity: Int = 512, timestamps: TimestampForm = .seconds) {
        self.timestamps = timestamps
        bytes.reserveCapacity(capacity)
    }

    /// Opens an object: as a document, an element, or the value of the last key.
    package mutating func beginObject() { bytes.append(UInt8(ascii: "{")) }

    /// Closes the object.
    package mutating func endObject() { bytes.append(UInt8(ascii: "}")) }

    /// Opens a list: as a document, an element, or the value of the last key.
    package mutating func beginList() { bytes.append(UInt8(ascii: "[")) }

    /// Closes the list.
    package mutating func endList() { bytes.append(UInt8(ascii: "]")) }

    /// Begins an element of a list: every element needs it.
    package mutating func element() {
        if bytes.last != UInt8(ascii: "[") { bytes.append(UInt8(ascii: ",")) }
    }

    /// Begins a member with a name that needs no escapes.
    package mutating func key(_ name: StaticString) {
        beginMember()
        name.withUTF8Buffer { bytes.append(contentsOf: $0) }
        endKey()
    }

    /// Begins a member with any name.
    package mutating func key(_ name: String) {
        if bytes.last != UInt8(ascii: "{") { bytes.append(UInt8(ascii: ",")) }
        string(name)
        bytes.append(UInt8(ascii: ":"))
    }

    /// Writes a text as a value.
    package mutating func string(_ value: String) {
        bytes.append(UInt8(ascii: "\""))
        var value = value
        value.withUTF8 { appendEscaped($0) }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Writes a whole number as a value.
    package mutating func integer(_ value: Int) {
        guard value < 0 || value > 9 else { return bytes.append(0x30 + UInt8(value)) }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var rest = value.magnitude
            var start = 20
            repeat {
                start -= 1
                digits[start] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            } while rest > 0
            if value < 0 { bytes.append(UInt8(ascii: "-")) }
            bytes.append(contentsOf: digits[start...])
        }
    }

    /// Writes a number as a value. JSON has no infinities: they become null.
    package mutating func double(_ value: Double) {
        guard value.isFinite else { return null() }
        bytes.append(contentsOf: value.description.utf8)
    }

    /// Writes `true` or `false`.
    package mutating func boolean(_ value: Bool) {
        let word: StaticString = value ? "true" : "false"
        word.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    /// Writes the members of an object into the one that is open.
    package mutating func members(of shape: some Shape) {
        let start = bytes.count
        let isFirst = bytes.last == UInt8(ascii: "{")
        shape.encode(to: &self)
        bytes.removeLast()
        if isFirst || bytes.count == start + 1 { bytes.remove(at: start) } else { bytes[start] = UInt8(ascii: ",") }
    }

    /// Writes a time in the writer's form.
    package mutating func timestamp(_ value: Timestamp) {
        if timestamps == .iso8601 {
            bytes.append(UInt8(ascii: "\""))
            value.appendISO8601(to: &bytes)
            return bytes.append(UInt8(ascii: "\""))
        }
        let magnitude = value.milliseconds.magnitude
        if value.milliseconds < 0 { bytes.append(UInt8(ascii: "-")) }
        integer(Int(magnitude / 1_000))
        let fraction = Int(magnitude % 1_000)
        bytes.append(UInt8(ascii: "."))
        bytes.appendDigits(fraction, 3)
    }

    /// Writes a blob as a text in base 64.
    package mutating func blob(_ value: [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: Base64.encode(value))
        bytes.append(UInt8(ascii: "\""))
    }

    /// Writes `null`.
    package mutating func null() {
        bytes.append(contentsOf: [0x6E, 0x75, 0x6C, 0x6C])
    }

    /// Ends a document that is one of several, each on a line of its own.
    package mutating func endLine() { bytes.append(UInt8(ascii: "\n")) }

    /// Forgets what was written, and keeps its room.
    package mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    /// Writes bytes that are one JSON value already.
    package mutating func raw(_ json: some Collection<UInt8>) {
        bytes.append(contentsOf: json)
    }

    private mutating func beginMember() {
        if bytes.last != UInt8(ascii: "{") { bytes.append(UInt8(ascii: ",")) }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func endKey() {
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
    }

    /// Copies runs that need no escape at once.
    private mutating func appendEscaped(_ text: UnsafeBufferPointer<UInt8>) {
        var start = 0
        for (index, byte) in text.enumerated() where byte < 0x20 || byte == 0x22 || byte == 0x5C {
            bytes.append(contentsOf: text[start..<index])
            appendEscape(byte)
            start = index + 1
        }
        bytes.append(contentsOf: text[start...])
    }

    private mutating func appendEscape(_ byte: UInt8) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x22, 0x5C: bytes.append(byte)
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        default:
            let digits = Array("0123456789abcdef".utf8)
            bytes.append(contentsOf: "u00".utf8)
            bytes.append(digits[Int(byte >> 4)])
            bytes.append(digits[Int(byte & 15)])
        }
    }
}
