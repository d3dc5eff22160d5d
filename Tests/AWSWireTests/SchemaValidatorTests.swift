import AWSModels
import AWSWire
import Testing

@Suite("Schema validator")
struct SchemaValidatorTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let shape: any Shape.Type
        let text: String
        /// Nil when the text is fine.
        let code: String?
        let message: String

        init(_ shape: any Shape.Type, _ text: String, _ code: String? = nil, _ message: String = "") {
            self.shape = shape
            self.text = text
            self.code = code
            self.message = message
        }

        var testDescription: String { text }
    }

    private static let form = "SerializationException"
    private static let rule = "InvalidParameterException"
    private static let noTask =
        "1 validation error detected: Value null at 'task' failed to satisfy constraint: Member must not be null"
    private static let noJSON = "The request body is not valid JSON."

    @Test(
        "requests are judged in AWS's words",
        arguments: [
            Row(ECS.ListClustersRequest.self, ""),
            Row(ECS.ListClustersRequest.self, " { } "),
            Row(ECS.ListClustersRequest.self, #"{"maxResults":null,"other":[{"a":1e5}]}"#),
            Row(ECS.ListClustersRequest.self, "{", form, noJSON),
            Row(ECS.ListClustersRequest.self, "{}}", form, noJSON),
            Row(ECS.ListClustersRequest.self, #"{"a":01}"#, form, noJSON),
            Row(ECS.ListClustersRequest.self, #"{"a":1,}"#, form, noJSON),
            Row(ECS.ListClustersRequest.self, "{\"a\":\"\u{1}\"}", form, noJSON),
            Row(ECS.ListClustersRequest.self, #"{"a":"\x"}"#, form, noJSON),
            Row(ECS.ListClustersRequest.self, #"{"a":nul}"#, form, noJSON),
            Row(ECS.ListClustersRequest.self, "[]", form, "Start of list found where not expected."),
            Row(ECS.ListClustersRequest.self, "null", form, "NULL_VALUE can not be converted to a Structure"),
            Row(
                ECS.ListClustersRequest.self, #"{"maxResults":"5"}"#, form,
                "STRING_VALUE can not be converted to an Integer"),
            Row(
                ECS.ListClustersRequest.self, #"{"maxResults":true}"#, form,
                "TRUE_VALUE can not be converted to an Integer"),
            Row(
                ECS.ListClustersRequest.self, #"{"maxResults":2147483648}"#, form,
                "NUMBER_VALUE can not be converted to an Integer"),
            Row(
                ECS.ListClustersRequest.self, #"{"maxResults":1e300}"#, form,
                "NUMBER_VALUE can not be converted to an Integer"),
            Row(ECS.ListClustersRequest.self, #"{"maxResults":-2147483648}"#),
            Row(
                ECS.ListClustersRequest.self, #"{"nextToken":5}"#, form, "NUMBER_VALUE can not be converted to a String"
            ),
            Row(
                ECS.ListClustersRequest.self, #"{"nextToken":{}}"#, form,
                "Start of structure or map found where not expected."),
            Row(
                ECS.StopTaskRequest.self, "{}", rule, noTask),
            Row(
                ECS.StopTaskRequest.self, #"{"task":null}"#, rule, noTask),
            Row(
                ECS.StopTaskRequest.self, #"{"task":"a","task":null}"#, rule, noTask),
            Row(ECS.StopTaskRequest.self, #"{"task":null,"task":"a"}"#),
            Row(ECS.StopTaskRequest.self, #"{"t\u0061sk":"a"}"#),
            Row(
                ECS.TagResourceRequest.self, "{}", rule,
                "2 validation errors detected: Value null at 'resourceArn' failed to satisfy constraint: Member must "
                    + "not be null; Value null at 'tags' failed to satisfy constraint: Member must not be null"),
            Row(
                ECS.TagResourceRequest.self, #"{"resourceArn":"a","tags":[{"key":"a"},{"key":""}]}"#, rule,
                "1 validation error detected: Value '' at 'tags.2.member.key' failed to satisfy constraint: Member "
                    + "must have length greater than or equal to 1"),
            Row(
                ECS.TagResourceRequest.self, #"{"resourceArn":"a","tags":[{"key":"a#b","value":"ü é"}]}"#, rule,
                "1 validation error detected: Value 'a#b' at 'tags.1.member.key' failed to satisfy constraint: Member "
                    + #"must satisfy regular expression pattern: ([\p{L}\p{Z}\p{N}_.:/=+\-@]*)"#),
            Row(
                ECS.ListServicesRequest.self, #"{"launchType":"X"}"#, rule,
                "1 validation error detected: Value 'X' at 'launchType' failed to satisfy constraint: Member must "
                    + "satisfy enum value set: [EC2, FARGATE, EXTERNAL, MANAGED_INSTANCES]"),
            Row(ECS.ListServicesRequest.self, #"{"launchType":"EC\u0032"}"#),
            Row(
                ECS.DescribeClustersRequest.self, #"{"clusters":["a"],"include":["TAGS","X"]}"#, rule,
                "1 validation error detected: Value '[TAGS, X]' at 'include' failed to satisfy constraint: Member must "
                    + "satisfy constraint: [Member must satisfy enum value set: [ATTACHMENTS, CONFIGURATIONS, "
                    + "SETTINGS, STATISTICS, TAGS]]"),
            Row(
                ECS.DescribeClustersRequest.self, #"{"clusters":{}}"#, form,
                "Start of structure or map found where not expected."),
            Row(
                ECS.DescribeClustersRequest.self, #"{"clusters":"a"}"#, form,
                "STRING_VALUE can not be converted to a List"),
            Row(
                ECS.PutClusterCapacityProvidersRequest.self,
                #"{"cluster":"c","capacityProviders":[],"defaultCapacityProviderStrategy":"#
                    + #"[{"capacityProvider":"p","base":200000}]}"#,
                rule,
                "1 validation error detected: Value '200000' at 'defaultCapacityProviderStrategy.1.member.base' failed "
                    + "to satisfy constraint: Member must have value less than or equal to 100000"),
        ])
    func judges(row: Row) {
        let error = failure(row.shape, Array(row.text.utf8))
        #expect(error?.code == row.code)
        #expect(error?.message ?? "" == row.message)
    }

    @Test(
        "text has to be UTF-8",
        arguments: [[0xFF], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82]]
            as [[UInt8]])
    func refusesBrokenUTF8(bytes: [UInt8]) {
        let text = Array(#"{"nextToken":""#.utf8) + bytes + Array(#""}"#.utf8)
        #expect(failure(ECS.ListClustersRequest.self, text)?.code == "SerializationException")
    }

    @Test("a violation knows its place, through lists and maps")
    func path() {
        let text = #"{"containerDefinitions":[{},{"dockerLabels":{"a":"b","c\"d":5}}]}"#
        let violations = SchemaValidator.validate(
            Array(text.utf8), as: ECS.RegisterTaskDefinitionRequest.schema)
        #expect(violations.map(\.path) == ["containerDefinitions.2.member.dockerLabels.c\"d.member"])
    }

    private func failure<S: Shape>(_ shape: S.Type, _ bytes: [UInt8]) -> WireError? {
        do throws(WireError) {
            _ = try shape.decode(bytes, ECS.api)
            return nil
        } catch { return error }
    }

    struct Pattern: Sendable {
        let pattern: String
        let accepts: [String]
        let refuses: [String]
    }

    @Test(
        "patterns match whole texts",
        arguments: [
            Pattern(
                pattern: #"[a-zA-Z0-9\.\*\-]+"#, accepts: ["m5.large", "c*", "-"], refuses: ["", "m5 large", "ü"]),
            Pattern(
                pattern: #"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)"#, accepts: ["", "aß 漢字 ٣", "a_.:/=+-@"],
                refuses: ["#", "a\n", "🚀"]),
            Pattern(pattern: "^[^x]{2,3}$", accepts: ["ab", "äöü"], refuses: ["a", "abcd", "ax"]),
            Pattern(pattern: #"a+ab?\d\w*"#, accepts: ["aab1", "aaa0_z", "aa9"], refuses: ["ab1", "aab", "aab1-"]),
            Pattern(pattern: "arn:.*:x", accepts: ["arn::x", "arn:a:x:x"], refuses: ["arn:x", "arn:\n:x"]),
            Pattern(pattern: "(dev|prod)-[0-9]+", accepts: ["dev-1", "prod-22"], refuses: ["test-1", "dev-"]),
            Pattern(pattern: #"[\u0041-C]"#, accepts: ["A", "B"], refuses: ["D", "AB"]),
        ])
    func patterns(row: Pattern) {
        let schema = Schema.structure("S") { $0.optional("v", .string("V", pattern: row.pattern)) }
        func isAccepted(_ text: String) -> Bool {
            SchemaValidator.validate(JSONValue.object(["v": .string(text)]).encode(), as: schema).isEmpty
        }
        for text in row.accepts { #expect(isAccepted(text), "\(text)") }
        for text in row.refuses { #expect(!isAccepted(text), "\(text)") }
    }
}
