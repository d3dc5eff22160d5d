import AWSModels
import AWSWire
import Testing

@Suite("JSON codec")
struct JSONCodecTests {
    /// A definition that uses most kinds of member.
    static let definition = """
        {"family":"web","taskRoleArn":"arn:aws:iam::000000000000:role/r","networkMode":"awsvpc","containerDefinitions":\
        [{"name":"app","image":"nginx:1","cpu":10,"memory":128,"portMappings":[{"containerPort":80,"hostPort":0,\
        "protocol":"tcp"}],"essential":true,"environment":[{"name":"A","value":"x\\"y\\\\z"},\
        {"name":"Ü","value":"🚀"}],\
        "mountPoints":[],"dockerLabels":{"a":"1","b":"2"},"logConfiguration":{"logDriver":"awslogs","options":\
        {"awslogs-group":"g"}},"healthCheck":{"command":["CMD","true"],"interval":30}}],"volumes":[{"name":"v","host":\
        {"sourcePath":"/tmp"}}],"requiresCompatibilities":["EC2","FARGATE"],"cpu":"256","memory":"512","tags":\
        [{"key":"k","value":"v"}]}
        """

    @Test("what is encoded decodes to the same")
    func roundTrip() throws {
        let bytes = Array(Self.definition.utf8)
        let request = try ECS.RegisterTaskDefinitionRequest.decode(bytes, ECS.api)
        #expect(request.containerDefinitions[0].environment?[0].value == "x\"y\\z")
        #expect(request.containerDefinitions[0].portMappings?[0].protocol == .tcp)
        #expect(request.requiresCompatibilities == [.ec2, .fargate])
        let again = ECS.RegisterTaskDefinitionRequest.trusted(request.encoded())
        #expect(again.sameEncoding(as: request))
        #expect(try JSONValue.parse(request.encoded()).sorted == JSONValue.parse(bytes).sorted)
    }

    struct Lenient: Sendable {
        let text: String
        let name: String?
        let tags: Int?
    }

    @Test(
        "the reader passes over what it cannot use",
        arguments: [
            Lenient(text: "{}", name: nil, tags: nil),
            Lenient(text: "", name: nil, tags: nil),
            Lenient(text: "null", name: nil, tags: nil),
            Lenient(text: "[1,2]", name: nil, tags: nil),
            Lenient(text: #"{"clusterName":null,"tags":[]}"#, name: nil, tags: 0),
            Lenient(text: #"{"clusterName":5,"tags":{}}"#, name: nil, tags: nil),
            Lenient(text: #"{"x":{"y":[{"z":"}"}]},"clusterName":"a"}"#, name: "a", tags: nil),
            Lenient(text: #"{"clusterName":"a","clusterName":"b"}"#, name: "b", tags: nil),
            Lenient(text: #"{"clusterName":"a","tags":[null,{"key":"k"},7]}"#, name: "a", tags: 1),
            Lenient(text: #"{"cluster\u004eame" : "\u0061\ud83d\ude80"}"#, name: "a🚀", tags: nil),
            Lenient(text: #"{"clusterName":"a""#, name: "a", tags: nil),
        ])
    func lenient(row: Lenient) {
        let request = ECS.CreateClusterRequest.trusted(Array(row.text.utf8))
        #expect(request.clusterName == row.name)
        #expect(request.tags?.count == row.tags)
    }

    @Test("required members that a trusted document lacks are empty")
    func blank() {
        let request = ECS.RegisterTaskDefinitionRequest.trusted([])
        #expect(request.family.isEmpty)
        #expect(request.containerDefinitions.isEmpty)
    }

    @Test(
        "times keep their milliseconds",
        arguments: [
            (1_732_336_196_123, "1732336196.123"), (1_732_336_196_000, "1732336196.000"), (5, "0.005"), (0, "0.000"),
            (-1_500, "-1.500"),
        ] as [(Int64, String)])
    func timestamps(milliseconds: Int64, text: String) {
        var writer = JSONWriter()
        writer.timestamp(Timestamp(milliseconds: milliseconds))
        #expect(String(decoding: writer.bytes, as: UTF8.self) == text)
        let read = JSONReader.withReader(writer.bytes) { $0.timestamp() }
        #expect(read?.milliseconds == milliseconds)
    }

    @Test(
        "times are read in every form clients write",
        arguments: [
            ("1732336196", 1_732_336_196_000), ("1.732336196123E9", 1_732_336_196_123),
            ("1732336196.1239", 1_732_336_196_124), ("1732336196.5", 1_732_336_196_500), ("1e400", 0),
        ] as [(String, Int64)])
    func timestampForms(text: String, milliseconds: Int64) {
        let read = JSONReader.withReader(Array(text.utf8)) { $0.timestamp() }
        // What no double holds ends at the edge of time; it must not trap.
        #expect(read?.milliseconds == (text == "1e400" ? .max : milliseconds))
    }

    @Test("a random document survives encoding and parsing")
    func randomDocuments() throws {
        var random = SeededRandom(seed: 1)
        for _ in 0..<2_000 {
            let value = JSONValue.random(&random, depth: 0)
            #expect(try JSONValue.parse(value.encode()) == value)
        }
    }

    /// Small enough for many tries.
    static let cluster = """
        {"clusterName":"c\\u00e9","tags":[{"key":"k","value":"🚀"}],"settings":[{"name":"containerInsights"}],\
        "capacityProviders":["a",null],"defaultCapacityProviderStrategy":[{"capacityProvider":"a","base":-1.5e2}]}
        """

    @Test("mutated bytes never trap, and what passes the validator is sound")
    func garbage() {
        var random = SeededRandom(seed: 2)
        check(ECS.RegisterTaskDefinitionRequest.self, Self.definition, count: 5_000, &random)
        check(ECS.CreateClusterRequest.self, Self.cluster, count: 95_000, &random)
    }

    private func check<S: Shape>(_ shape: S.Type, _ text: String, count: Int, _ random: inout SeededRandom) {
        let seed = Array(text.utf8)
        for _ in 0..<count {
            let bytes = seed.mutated(&random)
            let isValid = JSONSyntax.isValid(bytes)
            let value = shape.trusted(bytes)
            if SchemaValidator.validate(bytes, as: shape.schema).isEmpty {
                #expect(isValid)
                #expect(shape.trusted(value.encoded()).sameEncoding(as: value))
            }
            if isValid { _ = try? JSONValue.parse(bytes) }
        }
    }

    @Test("nesting is bounded", arguments: [63, 64, 65, 100_000])
    func depth(levels: Int) {
        let text = String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
        #expect(JSONSyntax.isValid(Array(text.utf8)) == (levels <= 64))
        _ = ECS.CreateClusterRequest.trusted(Array("{\"x\":\(text)}".utf8))
        let violations = SchemaValidator.validate(
            Array("{\"x\":\(text)}".utf8), as: ECS.CreateClusterRequest.schema)
        #expect(violations.isEmpty == (levels < 64))
    }

    @Test("objects merge member by member")
    func merging() throws {
        let base = try JSONValue.parse(#"{"a":1,"b":{"c":2,"d":3}}"#)
        let merged = base.merging(try JSONValue.parse(#"{"b":{"d":4,"e":5},"f":null}"#))
        #expect(merged == (try JSONValue.parse(#"{"a":1,"b":{"c":2,"d":4,"e":5},"f":null}"#)))
        #expect(merged["b"]?["e"]?.intValue == 5)
    }

    @Test("base 64 goes both ways", arguments: ["", "f", "fo", "foo", "foob", "fooba", "foobar"])
    func base64(text: String) {
        #expect(Base64.decode(Base64.encode(text.utf8)) == Array(text.utf8))
    }
}

extension JSONValue {
    /// The value with all members sorted by name.
    fileprivate var sorted: JSONValue {
        switch self {
        case .object(let members):
            .object(members.map { JSONMember($0.name, $0.value.sorted) }.sorted { $0.name < $1.name })
        case .array(let items): .array(items.map(\.sorted))
        default: self
        }
    }

    fileprivate static func random(_ random: inout SeededRandom, depth: Int) -> JSONValue {
        switch Int.random(in: 0..<(depth > 5 ? 5 : 7), using: &random) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &random))
        case 2: return .int(Int64.random(in: .min ... .max, using: &random))
        case 3: return .double(Double.random(in: -1e9...1e9, using: &random) + 0.1)
        case 4: return .string(text(&random))
        case 5:
            return .array((0..<Int.random(in: 0..<4, using: &random)).map { _ in .random(&random, depth: depth + 1) })
        default:
            return .object(
                (0..<Int.random(in: 0..<4, using: &random)).map { index in
                    JSONMember("\(index)" + text(&random), .random(&random, depth: depth + 1))
                })
        }
    }

    private static func text(_ random: inout SeededRandom) -> String {
        let scalars = (0..<Int.random(in: 0..<8, using: &random)).compactMap { _ in
            Unicode.Scalar(UInt32.random(in: 0...0x1_FFFF, using: &random))
        }
        return String(String.UnicodeScalarView(scalars))
    }
}
