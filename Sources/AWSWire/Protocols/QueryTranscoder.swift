/// Turns query parameters into the JSON of an operation's input, guided by its schema.
///
/// `Filters.member.1.Values.member.2=x` becomes `{"Filters":[{"Values":["x"]}]}`. Constraints are the validator's
/// business: what is no number stays a text, and the validator says so.
/// Source: Smithy, AWS Query protocol and EC2 Query protocol, "Serialization".
struct QueryTranscoder {
    /// How parameters name members and elements.
    enum Style {
        /// Members under their own names, elements of lists below `member`.
        case query
        /// Members with a capital letter, elements of lists without a name between.
        case ec2
    }

    /// How many names a parameter may be made of.
    private static let maximumDepth = 32
    /// How many places all parameters may have together: a thousand targets have some five thousand.
    private static let maximumNodes = 50_000

    private let style: Style
    private var nodes = [Node()]

    /// A place in the tree of names.
    private struct Node {
        var value: String?
        var children: [Substring: Int] = [:]
    }

    /// The input as JSON.
    /// - Throws: `SerializationException` for names that nest too deeply, or are too many.
    static func json(_ form: QueryForm, _ schema: Schema, _ style: Style) throws(WireError) -> [UInt8] {
        var transcoder = QueryTranscoder(style: style)
        for parameter in form.parameters { try transcoder.insert(parameter.name, parameter.value) }
        var writer = JSONWriter()
        transcoder.structure(0, schema, &writer)
        return writer.bytes
    }

    private init(style: Style) {
        self.style = style
    }

    private mutating func insert(_ name: String, _ value: String) throws(WireError) {
        let parts = name.split(
            separator: ".", maxSplits: QueryTranscoder.maximumDepth, omittingEmptySubsequences: false)
        guard parts.count <= QueryTranscoder.maximumDepth else {
            throw .serialization("\(name.prefix(100)) is nested too deeply.")
        }
        var node = 0
        for part in parts {
            if let child = nodes[node].children[part] {
                node = child
            } else {
                guard nodes.count < QueryTranscoder.maximumNodes else {
                    throw .serialization("The request has too many parameters.")
                }
                nodes[node].children[part] = nodes.count
                node = nodes.count
                nodes.append(Node())
            }
        }
        nodes[node].value = value
    }

    private func structure(_ node: Int, _ schema: Schema, _ writer: inout JSONWriter) {
        writer.beginObject()
        for member in schema.members {
            guard let child = child(node, parameterName(of: member)) else { continue }
            writer.key(member.name)
            value(child, member.schema, &writer)
        }
        writer.endObject()
    }

    private func parameterName(of member: Schema.Member) -> String {
        style == .query ? member.name : member.name.prefix(1).uppercased() + member.name.dropFirst()
    }

    private func value(_ node: Int, _ schema: Schema, _ writer: inout JSONWriter) {
        // A text where a structure, list or map belongs: the validator refuses it. An empty one is an empty list.
        if let text = nodes[node].value, !text.isEmpty, nodes[node].children.isEmpty {
            return scalar(text, schema, &writer)
        }
        switch schema.kind {
        case .structure: structure(node, schema, &writer)
        case .list: list(node, schema, &writer)
        case .map: map(node, schema, &writer)
        default: scalar(nodes[node].value ?? "", schema, &writer)
        }
    }

    private func list(_ node: Int, _ schema: Schema, _ writer: inout JSONWriter) {
        let names = schema.elementNames
        let isBare = style == .ec2 || names.isFlattened
        writer.beginList()
        if let element = schema.element, let parent = isBare ? node : child(node, names.member) {
            for item in numbered(parent) {
                writer.element()
                value(item, element, &writer)
            }
        }
        writer.endList()
    }

    private func map(_ node: Int, _ schema: Schema, _ writer: inout JSONWriter) {
        let names = schema.elementNames
        writer.beginObject()
        if let element = schema.element, let parent = names.isFlattened ? node : child(node, "entry") {
            for entry in numbered(parent) {
                guard let key = child(entry, names.key).flatMap({ nodes[$0].value }) else { continue }
                writer.key(key)
                if let item = child(entry, names.value) { value(item, element, &writer) } else { writer.null() }
            }
        }
        writer.endObject()
    }

    private func scalar(_ text: String, _ schema: Schema, _ writer: inout JSONWriter) {
        switch schema.kind {
        case .integer, .long:
            if let number = Int(text) { writer.integer(number) } else { writer.string(text) }
        case .double:
            if let number = Double(text), number.isFinite { writer.double(number) } else { writer.string(text) }
        case .boolean:
            let word = text.lowercased()
            if word == "true" || word == "false" { writer.boolean(word == "true") } else { writer.string(text) }
        case .timestamp:
            if let time = Timestamp(iso8601: text) ?? Double(text).map(Timestamp.init(seconds:)) {
                writer.timestamp(time)
            } else {
                writer.string(text)
            }
        default: writer.string(text)
        }
    }

    private func child(_ node: Int, _ name: String) -> Int? { nodes[node].children[Substring(name)] }

    /// The children `1`, `2`, …, in order. Gaps are closed, so a large number costs nothing.
    private func numbered(_ node: Int) -> [Int] {
        nodes[node].children
            .compactMap { name, child in Int(name).map { (number: $0, child: child) } }
            .filter { $0.number > 0 }
            .sorted { ($0.number, $0.child) < ($1.number, $1.child) }
            .map(\.child)
    }
}
