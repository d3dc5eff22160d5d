import AWSModels
import State
import Testing

@Suite("Pages") struct PagesTests {
    private static let container = #"{"name":"app","image":"nginx","memory":128}"#

    private func register(_ family: String, _ region: TestRegion) {
        _ = region.call(
            "RegisterTaskDefinition", #"{"family":"\#(family)","containerDefinitions":[\#(PagesTests.container)]}"#)
    }

    private func pages(_ operation: String, _ members: String, _ list: String, _ region: TestRegion) -> [[String]] {
        var pages: [[String]] = []
        var token = ""
        repeat {
            let next = token.isEmpty ? "" : #","nextToken":"\#(token)""#
            let answer = region.call(operation, #"{"maxResults":7\#(members)\#(next)}"#).json
            pages.append((answer[list]?.arrayValue ?? []).compactMap(\.stringValue))
            token = answer["nextToken"]?.stringValue ?? ""
        } while !token.isEmpty && pages.count < 100
        return pages
    }

    @Test("task definitions come whole and in order, up and down, over pages", arguments: ["ASC", "DESC"])
    func taskDefinitions(sort: String) {
        let region = TestRegion()
        for number in 0..<24 { register(["web", "web-2", "api"][number % 3], region) }
        let pages = pages("ListTaskDefinitions", #","sort":"\#(sort)""#, "taskDefinitionArns", region)
        let expected = ["api", "web", "web-2"].flatMap { family in
            (1...8).map { "arn:aws:ecs:us-east-1:000000000000:task-definition/\(family):\($0)" }
        }
        #expect(pages.flatMap { $0 } == (sort == "ASC" ? expected : expected.reversed()))
        #expect(pages.map(\.count) == [7, 7, 7, 3])
    }

    @Test("a page goes on where the last one ended though items come and go")
    func stable() {
        let region = TestRegion()
        for name in ["a", "b", "c", "d"] { _ = region.call("CreateCluster", #"{"clusterName":"\#(name)"}"#) }
        let first = region.call("ListClusters", #"{"maxResults":2}"#).json
        _ = region.call("DeleteCluster", #"{"cluster":"b"}"#)
        _ = region.call("CreateCluster", #"{"clusterName":"aa"}"#)
        let token = first["nextToken"]?.stringValue ?? ""
        let second = region.call("ListClusters", #"{"nextToken":"\#(token)"}"#).json
        let names = (second["clusterArns"]?.arrayValue ?? []).compactMap(\.stringValue).map { $0.suffix(1) }
        #expect(names == ["c", "d"])
    }

    @Test("the latest ACTIVE revision is found below many INACTIVE ones")
    func latest() {
        let region = TestRegion()
        for _ in 0..<50 { register("web", region) }
        for revision in 11...50 {
            _ = region.call("DeregisterTaskDefinition", #"{"taskDefinition":"web:\#(revision)"}"#)
        }
        let answer = region.call("DescribeTaskDefinition", #"{"taskDefinition":"web"}"#).json
        #expect(answer["taskDefinition"]?["revision"]?.intValue == 10)
    }
}
