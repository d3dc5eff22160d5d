/// Writes XML: elements and texts, without blanks between them.
package struct XMLWriter {
    package private(set) var bytes: [UInt8] = Array("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".utf8)

    package init() {}

    /// Writes an element around what `body` writes.
    package mutating func element(_ name: String, namespace: String? = nil, _ body: (inout XMLWriter) -> Void) {
        append("<\(name)")
        if let namespace {
            append(" xmlns=\"")
            text(namespace)
            append("\"")
        }
        append(">")
        body(&self)
        append("</\(name)>")
    }

    /// Writes an element that holds a text.
    package mutating func element(_ name: String, _ content: String) {
        element(name) { $0.text(content) }
    }

    /// Writes a text. What XML cannot hold at all becomes a replacement character.
    /// Source: Extensible Markup Language 1.0, section 2.2, Characters.
    mutating func text(_ content: String) {
        for scalar in content.unicodeScalars {
            switch scalar {
            case "&": append("&amp;")
            case "<": append("&lt;")
            case ">": append("&gt;")
            case "\"": append("&quot;")
            case "\r": append("&#xD;")
            case "\t", "\n", " "..."\u{D7FF}", "\u{E000}"..."\u{FFFD}", "\u{10000}"..."\u{10FFFF}":
                append(String(scalar))
            default: append("\u{FFFD}")
            }
        }
    }

    private mutating func append(_ content: String) { bytes.append(contentsOf: content.utf8) }
}
