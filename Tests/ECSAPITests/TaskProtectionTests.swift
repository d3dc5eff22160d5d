import AWSModels
import AWSWire
import State
import Testing

/// Protecting the tasks of services.
@Suite("Protecting tasks") struct TaskProtectionTests {
    /// A service whose task `old` is of an earlier deployment, and `new` of the primary one; both run.
    private func region(desired: Int = 1) -> TestRegion {
        let region = TestRegion()
        #expect(region.call("CreateCluster").status == 200)
        region.change { tx in
            var service = ServiceRecord()
            service.cluster = "default"
            service.name = "web"
            service.desiredCount = desired
            service.deployments = ["new", "old"].map { id in
                var deployment = DeploymentState()
                deployment.id = id
                deployment.status = id == "new" ? .primary : .active
                return deployment
            }
            tx.put(service)
            for id in ["new", "old"] {
                var task = TaskRecord()
                task.cluster = "default"
                task.id = id
                task.service = "web"
                task.deployment = id
                task.lastStatus = .running
                tx.put(task)
            }
        }
        return region
    }

    private func update(
        _ region: TestRegion, _ tasks: String, _ isProtecting: Bool = true, minutes: Int? = nil
    ) -> Answer {
        let expiry = minutes.map { #","expiresInMinutes":\#($0)"# } ?? ""
        return region.call(
            "UpdateTaskProtection",
            #"{"cluster":"default","tasks":[\#(tasks)],"protectionEnabled":\#(isProtecting)\#(expiry)}"#)
    }

    private func text(_ answer: Answer) -> String {
        String(decoding: (answer.json["protectedTasks"] ?? .null).encode(), as: UTF8.self)
    }

    private static let arn = "arn:aws:ecs:us-east-1:000000000000:task/default/new"

    @Test("protection lasts two hours, or as long as is said; asking again begins anew; it can be ended")
    func lasts() {
        let region = region()
        let arn = TaskProtectionTests.arn
        #expect(
            text(update(region, #""new""#))
                == #"[{"taskArn":"\#(arn)","protectionEnabled":true,"expirationDate":1767232800.0}]"#)
        region.wait(.seconds(60))
        #expect(
            text(update(region, #""\#(arn)""#, minutes: 1))
                == #"[{"taskArn":"\#(arn)","protectionEnabled":true,"expirationDate":1767225720.0}]"#)
        let shown = region.call("GetTaskProtection", #"{"cluster":"default","tasks":["new","old","gone"]}"#)
        #expect(shown.json["protectedTasks"]?.arrayValue?.count == 2)
        #expect(shown.text.contains(#""reason":"MISSING""#))
        #expect(
            text(update(region, #""new""#, false)) == #"[{"taskArn":"\#(arn)","protectionEnabled":false}]"#)
    }

    @Test("protected tasks cannot hold a deployment up for ever")
    func blocked() {
        let region = region()
        #expect(text(update(region, #""old""#)).contains("true"))
        let again = update(region, #""old","new""#)
        #expect(again.text.contains(#""reason":"DEPLOYMENT_BLOCKED""#))
        #expect(text(again).contains("task/default/new"), "a task of the primary deployment may be protected")
        #expect(text(update(region, #""old""#, false)).contains("false"), "ending it is always possible")
        #expect(text(update(region, #""old""#)).contains("true"))
        let busy = self.region(desired: 2)
        #expect(text(update(busy, #""old""#)).contains("true"))
        #expect(text(update(busy, #""old""#)).contains("true"), "the deployment has its own work to do")
    }

    @Test("a stopping task cannot be protected")
    func stopping() {
        let region = region()
        region.change { tx in tx.update(TaskRecord.key("default", "new")) { $0.desiredStatus = .stopped } }
        #expect(update(region, #""new""#).text.contains(#""reason":"TASK_NOT_VALID""#))
    }
}
