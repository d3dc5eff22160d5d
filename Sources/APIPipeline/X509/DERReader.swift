/// Reads DER, the form of certificates and keys. It never reads outside its bytes, and does not call itself.
/// Source: ITU-T X.690.
package struct DERReader {
    private let bytes: ArraySlice<UInt8>
    private var position: Int

    /// One element: what it is, what it holds, and all of it.
    package struct Element {
        package let tag: UInt8
        package let content: ArraySlice<UInt8>
        package let whole: ArraySlice<UInt8>

        /// The elements that this one holds.
        package var reader: DERReader { DERReader(content) }
    }

    package enum Tag {
        package static let boolean: UInt8 = 0x01
        package static let integer: UInt8 = 0x02
        package static let bitString: UInt8 = 0x03
        package static let octetString: UInt8 = 0x04
        package static let objectIdentifier: UInt8 = 0x06
        package static let utcTime: UInt8 = 0x17
        package static let generalizedTime: UInt8 = 0x18
        package static let sequence: UInt8 = 0x30
        package static let set: UInt8 = 0x31

        /// An element that a structure tags itself.
        package static func context(_ number: UInt8, isConstructed: Bool) -> UInt8 {
            0x80 | (isConstructed ? 0x20 : 0) | number
        }
    }

    /// What is no DER, or not what was expected.
    package struct Failure: Error {
        package init() {}
    }

    package init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    package var isAtEnd: Bool { position >= bytes.endIndex }

    /// The tag of the next element; nil at the end.
    package var nextTag: UInt8? { isAtEnd ? nil : bytes[position] }

    /// Reads any element.
    package mutating func next() throws(Failure) -> Element {
        let start = position
        let tag = try byte()
        var length = Int(try byte())
        if length >= 0x80 {
            let count = length - 0x80
            guard (1...3).contains(count) else { throw Failure() }
            length = 0
            for _ in 0..<count { length = length << 8 | Int(try byte()) }
        }
        guard length <= bytes.endIndex - position else { throw Failure() }
        defer { position += length }
        return Element(
            tag: tag, content: bytes[position..<position + length], whole: bytes[start..<position + length])
    }

    /// Reads an element of a kind.
    package mutating func next(_ tag: UInt8) throws(Failure) -> Element {
        guard nextTag == tag else { throw Failure() }
        return try next()
    }

    /// Reads an element of a kind, if it is the next one.
    package mutating func optional(_ tag: UInt8) throws(Failure) -> Element? {
        nextTag == tag ? try next() : nil
    }

    /// Reads what a bit string holds, without the count of unused bits.
    package mutating func bitString() throws(Failure) -> ArraySlice<UInt8> {
        let content = try next(Tag.bitString).content
        guard content.first.map({ $0 < 8 }) ?? false else { throw Failure() }
        return content.dropFirst()
    }

    /// Reads an object identifier, as numbers with dots between them.
    package mutating func objectIdentifier() throws(Failure) -> String {
        let content = try next(Tag.objectIdentifier).content
        guard let first = content.first else { throw Failure() }
        var parts = [String(min(first / 40, 2)), String(Int(first) - Int(min(first / 40, 2)) * 40)]
        var value: UInt64 = 0
        for byte in content.dropFirst() {
            guard value < 1 << 56 else { throw Failure() }
            value = value << 7 | UInt64(byte & 0x7F)
            guard byte & 0x80 == 0 else { continue }
            parts.append(String(value))
            value = 0
        }
        return parts.joined(separator: ".")
    }

    /// Reads a number without its sign byte.
    package mutating func number() throws(Failure) -> ArraySlice<UInt8> {
        let content = try next(Tag.integer).content
        guard !content.isEmpty else { throw Failure() }
        return content.drop { $0 == 0 }
    }

    private mutating func byte() throws(Failure) -> UInt8 {
        guard position < bytes.endIndex else { throw Failure() }
        defer { position += 1 }
        return bytes[position]
    }
}
