import AWSWire

/// A row of fields: `[ip, user, ..., status = 4*, bytes > 1000]`. An event's fields are separated by blanks; what
/// stands in quotes or square brackets is one field.
/// Source: CloudWatch Logs User Guide, "Matching terms in space-delimited log events".
struct FieldPattern: Sendable {
    /// What is asked of each field; nil for anything.
    private var before: [PatternCondition?] = []
    /// The fields behind `...`; nil without one.
    private var after: [PatternCondition?]?

    init(_ scanner: inout PatternScanner) throws(WireError) {
        _ = scanner.next()
        while true {
            if scanner.take("...") {
                guard after == nil else { throw .invalidPattern("There can be only one ellipsis.") }
                after = []
            } else {
                let condition = try FieldPattern.field(&scanner)
                if after == nil { before.append(condition) } else { after?.append(condition) }
            }
            if scanner.take("]") { break }
            guard scanner.take(",") else { throw .invalidPattern("A field ends with a comma or a bracket.") }
        }
        scanner.skipBlanks()
        guard scanner.isAtEnd else { throw .invalidPattern("Something follows the closing bracket.") }
    }

    func matches(_ message: UnsafeRawBufferPointer) -> Bool {
        let fields = FieldPattern.fields(of: message)
        guard let after else {
            return fields.count == before.count && FieldPattern.all(before, fields[...])
        }
        return fields.count >= before.count + after.count && FieldPattern.all(before, fields.prefix(before.count))
            && FieldPattern.all(after, fields.suffix(after.count))
    }

    private static func all(
        _ conditions: [PatternCondition?], _ fields: ArraySlice<UnsafeRawBufferPointer>
    ) -> Bool {
        zip(conditions, fields).allSatisfy { condition, field in condition?.holds(.text(field)) ?? true }
    }

    /// `name`, or conditions on it joined with `&&` and `||`: `status = 4* || status = 5*`.
    private static func field(_ scanner: inout PatternScanner) throws(WireError) -> PatternCondition? {
        var options: [PatternCondition] = []
        var current: PatternCondition?
        repeat {
            repeat {
                scanner.skipBlanks()
                let name = scanner.word { !($0.isLetter || $0.isNumber || "_-.$*@".contains($0)) }
                guard !name.isEmpty else { throw .invalidPattern("A field has no name.") }
                if let condition = try PatternCondition(&scanner, ending: ",]") {
                    current = current.map { .and($0, condition) } ?? condition
                }
            } while scanner.take("&&")
            if let condition = current { options.append(condition) }
            current = nil
        } while scanner.take("||")
        guard var result = options.first else { return nil }
        for option in options.dropFirst() { result = .or(result, option) }
        return result
    }

    /// The fields of an event, without quotes and brackets.
    private static func fields(of message: UnsafeRawBufferPointer) -> [UnsafeRawBufferPointer] {
        var fields: [UnsafeRawBufferPointer] = []
        var position = 0
        while position < message.count {
            let byte = message[position]
            if byte == 0x20 || byte == 0x09 {
                position += 1
                continue
            }
            let closing: UInt8? = byte == 0x22 ? 0x22 : byte == 0x5B ? 0x5D : nil
            let start = closing == nil ? position : position + 1
            var end = start
            while end < message.count {
                let isEnd = closing.map { message[end] == $0 } ?? (message[end] == 0x20 || message[end] == 0x09)
                if isEnd { break }
                end += 1
            }
            fields.append(UnsafeRawBufferPointer(rebasing: message[start..<end]))
            position = closing == nil ? end : end + 1
        }
        return fields
    }
}
