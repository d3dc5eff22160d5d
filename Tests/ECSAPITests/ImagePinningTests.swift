import AWSModels
import AWSWire
import State
import Testing

@Suite("Images of a service's tasks")
struct ImagePinningTests {
    private let digest = "sha256:" + String(repeating: "a", count: 64)
    private let other = "sha256:" + String(repeating: "b", count: 64)

    /// A service with a task that runs `i`, and one that is to come.
    private func region(_ consistency: String) -> TestRegion {
        let region = TestRegion()
        _ = region.call("CreateCluster")
        region.connectInstance()
        let container = #"{"name":"web","image":"i","memory":64,"versionConsistency":"\#(consistency)"}"#
        _ = region.call("RegisterTaskDefinition", #"{"family":"web","containerDefinitions":[\#(container)]}"#)
        _ = region.call("CreateService", #"{"serviceName":"s","taskDefinition":"web","desiredCount":2}"#)
        region.change { tx in
            guard let service = tx.snapshot.list(ServiceRecord.self).first else { return }
            for number in 1...2 {
                var task = TaskRecord()
                (task.cluster, task.id) = ("default", String(repeating: "\(number)", count: 32))
                (task.family, task.revision, task.service) = ("web", 1, "s")
                task.deployment = service.deployments.first?.id
                task.instanceID = tx.snapshot.list(ContainerInstanceRecord.self).first?.id
                var container = ContainerState()
                container.name = "web"
                task.containers = [container]
                tx.put(task)
            }
        }
        return region
    }

    private func report(_ task: Int, _ digest: String, to region: TestRegion) {
        let container = #"{"containerName":"web","status":"RUNNING","imageDigest":"\#(digest)"}"#
        let id = String(repeating: "\(task)", count: 32)
        let answer = region.call(
            "SubmitTaskStateChange", #"{"task":"\#(id)","status":"RUNNING","containers":[\#(container)]}"#)
        #expect(answer.status == 200)
    }

    private func revision(_ region: TestRegion) -> ServiceRevisionRecord? {
        region.snapshot.list(ServiceRevisionRecord.self).first
    }

    @Test("the first task says which image its deployment runs")
    func first() {
        let region = region("enabled")
        #expect(revision(region)?.pinned("i:1", of: "web") == "i:1")
        report(1, digest, to: region)
        report(2, other, to: region)
        #expect(revision(region)?.imageDigests == ["web": digest])
        #expect(revision(region)?.pinned("i:1", of: "web") == "i:1@\(digest)")
        #expect(revision(region)?.pinned("i@\(other)", of: "web") == "i@\(other)")
        #expect(revision(region)?.pinned("i:1", of: "side") == "i:1")
    }

    @Test("a container that is not to be consistent keeps its tag")
    func disabled() {
        let region = region("disabled")
        report(1, digest, to: region)
        #expect(revision(region)?.imageDigests == [:])
    }
}
