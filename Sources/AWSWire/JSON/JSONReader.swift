/// Reads JSON from a buffer of bytes, for generated shapes and stored records.
///
/// The reader is lenient: `SchemaValidator` has looked at the bytes before, or we wrote them ourselves. Garbage makes
/// it stop and answer nil from then on; it never traps and never reads outside the buffer. A value of another type than
/// the one asked for is skipped and counts as absent.
///
/// The buffer must outlive the reader: use it only inside the closure of `withReader`.
package struct JSONReader {
    /// How deep lists and objects may nest.
    package static let maximumDepth = 64

    let bytes: UnsafeBufferPointer<UInt8>
    var position = 0
    private var depth = 0
    /// Whether garbage was met.
    package private(set) var hasFailed = false

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    /// Reads `bytes` by the given closure.
    package static func withReader<Result>(
        _ bytes: [UInt8], _ body: (inout JSONReader) -> Result
    ) -> Result {
        bytes.withUnsafeBufferPointer { buffer in
            var reader = JSONReader(buffer)
            return body(&reader)
        }
    }

    /// Enters an object. False when the next value is not one; it is then skipped.
    package mutating func beginObject() -> Bool { begin(UInt8(ascii: "{")) }

    /// Enters a list. False when the next value is not one; it is then skipped.
    package mutating func beginList() -> Bool { begin(UInt8(ascii: "[")) }

    /// Goes to the next member that `schema` knows, and skips others.
    /// - Returns: the member's index in the schema; nil at the end of the object.
    package mutating func nextMember(_ schema: Schema) -> Int? {
        while let key = nextRawKey() {
            if let index = key.isPlain ? schema.memberIndex(key.bytes) : schema.memberIndex(unescaped(key)) {
                return index
            }
            skip()
        }
        return nil
    }

    /// Goes to the next member of an object with free keys.
    /// - Returns: its key; nil at the end of the object.
    package mutating func nextKey() -> String? {
        guard let key = nextRawKey() else { return nil }
        return text(key)
    }

    /// Goes to the next element of a list. Elements that are null are skipped.
    /// - Returns: false at the end of the list.
    package mutating func nextElement() -> Bool {
        while nextItem() {
            guard peek == UInt8(ascii: "n") else { return true }
            skip()
        }
        return false
    }

    /// Goes to the next element of a list, be it null.
    /// - Returns: false at the end of the list.
    package mutating func nextItem() -> Bool {
        skipBlanks()
        if peek == UInt8(ascii: ",") {
            position += 1
            skipBlanks()
        }
        switch peek {
        case UInt8(ascii: "]"):
            position += 1
            depth -= 1
            return false
        case nil:
            fail()
            return false
        default: return true
        }
    }

    /// Stops: from now on everything is absent.
    mutating func fail() {
        hasFailed = true
        position = bytes.count
    }

    /// The byte at the position; nil at the end.
    var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func skipBlanks() {
        while position < bytes.count {
            let byte = bytes[position]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            position += 1
        }
    }

    private mutating func begin(_ opening: UInt8) -> Bool {
        skipBlanks()
        guard peek == opening else {
            skip()
            return false
        }
        position += 1
        depth += 1
        guard depth <= JSONReader.maximumDepth else {
            fail()
            return false
        }
        return true
    }

    /// Goes past the next key and its colon; nil at the end of the object.
    private mutating func nextRawKey() -> RawJSONString? {
        skipBlanks()
        if peek == UInt8(ascii: ",") {
            position += 1
            skipBlanks()
        }
        if peek == UInt8(ascii: "}") {
            position += 1
            depth -= 1
            return nil
        }
        guard let key = rawString() else {
            fail()
            return nil
        }
        skipBlanks()
        guard peek == UInt8(ascii: ":") else {
            fail()
            return nil
        }
        position += 1
        return key
    }
}
