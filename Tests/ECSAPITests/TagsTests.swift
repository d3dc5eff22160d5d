import AWSModels
import AWSWire
import Testing

@testable import ECSAPI

@Suite("Tags") struct TagsTests {
    struct Row: Sendable {
        var key: String?
        var value: String?
        var isAllowed: Bool
    }

    @Test(
        "keys and values keep AWS's rules",
        arguments: [
            Row(key: "team", value: "a", isAllowed: true), Row(key: "team", value: nil, isAllowed: true),
            Row(key: "Größe 1", value: "_.:/=+-@", isAllowed: true), Row(key: "", value: "a", isAllowed: false),
            Row(key: nil, value: "a", isAllowed: false), Row(key: "a#b", value: "a", isAllowed: false),
            Row(key: "aws:x", value: "a", isAllowed: false), Row(key: "AWS:x", value: "a", isAllowed: false),
            Row(key: "a\n", value: "a", isAllowed: false), Row(key: "a", value: "{}", isAllowed: false),
            Row(key: String(repeating: "k", count: 128), value: String(repeating: "v", count: 256), isAllowed: true),
            Row(key: String(repeating: "k", count: 129), value: "", isAllowed: false),
            Row(key: "k", value: String(repeating: "v", count: 257), isAllowed: false),
        ])
    func rules(row: Row) {
        let tags = try? Tags.checked([ECS.Tag(key: row.key, value: row.value)])
        #expect((tags != nil) == row.isAllowed)
    }

    @Test("a key cannot be given twice; keys are case-sensitive")
    func duplicates() throws {
        #expect(throws: WireError.self) { try Tags.checked([ECS.Tag(key: "a"), ECS.Tag(key: "a")]) }
        #expect(try Tags.checked([ECS.Tag(key: "a"), ECS.Tag(key: "A")]).count == 2)
    }

    @Test("a resource has up to 50 tags, Amazon's own not counted")
    func limit() {
        let region = TestRegion()
        func tags(_ range: ClosedRange<Int>) -> String {
            range.map { #"{"key":"k\#($0)","value":""}"# }.joined(separator: ",")
        }
        let arn = "arn:aws:ecs:us-east-1:000000000000:cluster/web"
        #expect(region.call("CreateCluster", #"{"clusterName":"web","tags":[\#(tags(1...50))]}"#).status == 200)
        let more = region.call("TagResource", #"{"resourceArn":"\#(arn)","tags":[\#(tags(51...51))]}"#)
        #expect(more.code == "LimitExceededException")
        let same = region.call("TagResource", #"{"resourceArn":"\#(arn)","tags":[\#(tags(1...50))]}"#)
        #expect(same.status == 200)
        #expect(Tags.userTagCount([ECS.Tag(key: "aws:ecs:clusterName"), ECS.Tag(key: "a")]) == 1)
    }
}
