import AWSModels
import AWSWire
import State
import Testing

/// Filters of lists, combined in every way, against a plain scan.
@Suite("Filters of lists") struct ListFilterTests {
    /// A filter's name and its value in a request; an empty value is an absent member.
    private typealias Filters = [(name: String, value: String)]

    /// Every choice of one value for each name; each may be absent.
    private func combinations(_ values: [(name: String, values: [String])]) -> [Filters] {
        values.reduce([[]]) { combinations, next in
            combinations.flatMap { combination in
                ([""] + next.values).map { combination + [(next.name, $0)] }
            }
        }
    }

    private func body(_ filters: Filters, _ more: String) -> String {
        let members = filters.filter { !$0.value.isEmpty }.map { #""\#($0.name)":"\#($0.value)""# }
        return "{" + (members + [more]).filter { !$0.isEmpty }.joined(separator: ",") + "}"
    }

    /// All that an operation lists, over pages of three.
    private func list(
        _ region: TestRegion, _ operation: String, _ filters: Filters, _ result: String
    ) -> [String] {
        var found: [String] = []
        var token = ""
        repeat {
            let paging = #""maxResults":3"# + (token.isEmpty ? "" : #","nextToken":"\#(token)""#)
            let answer = region.call(operation, body(filters, paging))
            #expect(answer.status == 200, "\(answer.text)")
            let page = (answer.json[result]?.arrayValue ?? []).compactMap(\.stringValue)
            token = answer.json["nextToken"]?.stringValue ?? ""
            #expect(page.count == 3 || token.isEmpty)
            found += page.map { String($0.split(separator: "/").last ?? "") }
        } while !token.isEmpty
        return found
    }

    // MARK: Tasks

    private static let instances = ["a", "b"].map { String(repeating: $0, count: 32) }
    private static let serviceARN = "arn:aws:ecs:us-east-1:000000000000:service/default/s"

    /// A task for each combination of what the filters ask for, and a service and a daemon.
    private func tasks() -> (TestRegion, [TaskRecord]) {
        var tasks: [TaskRecord] = []
        for family in ["web", "web-2"] {
            for instance in ListFilterTests.instances {
                for launchType in [ECS.LaunchType.ec2, .external] {
                    for desired in [DesiredStatus.running, .stopped] {
                        for owner in ["", "service", "daemon"] {
                            var task = TaskRecord()
                            (task.cluster, task.family, task.instanceID) = ("default", family, instance)
                            (task.launchType, task.desiredStatus) = (launchType, desired)
                            task.service = owner == "service" ? "s" : nil
                            task.daemon = owner == "daemon" ? "d" : nil
                            task.startedBy = owner.isEmpty ? "me" : "ecs-svc/1"
                            // In another order than that of the loops.
                            let number = (tasks.count * 29) % 48
                            task.id = String(repeating: "0", count: 30) + (number < 10 ? "0" : "") + "\(number)"
                            tasks.append(task)
                        }
                    }
                }
            }
        }
        let region = TestRegion()
        #expect(region.call("CreateCluster").status == 200)
        region.change { [tasks] tx in
            var service = ServiceRecord()
            (service.cluster, service.name) = ("default", "s")
            tx.put(service)
            for task in tasks { tx.put(task) }
        }
        return (region, tasks.sorted { $0.id < $1.id })
    }

    /// What the filters mean, one by one.
    private func matches(_ task: TaskRecord, _ filters: Filters) -> Bool {
        var status = "RUNNING"
        for (name, value) in filters where !value.isEmpty {
            switch name {
            case "desiredStatus": status = value
            // A daemon's definitions have families of their own.
            case "family":
                let asksForDaemon = filters.contains { $0.name == "daemonName" && !$0.value.isEmpty }
                guard task.family == value, task.daemon == nil || asksForDaemon else { return false }
            case "containerInstance": guard value.hasSuffix(task.instanceID ?? "-") else { return false }
            case "serviceName": guard task.service == "s" else { return false }
            case "daemonName": guard task.daemon == value else { return false }
            case "startedBy": guard task.startedBy == value else { return false }
            default: guard task.launchType.rawValue == value else { return false }
            }
        }
        return task.desiredStatus.rawValue == status
    }

    @Test("ListTasks with every combination of filters finds what a scan finds, in order, page by page")
    func listTasks() {
        let (region, tasks) = tasks()
        let instance = ListFilterTests.instances[0]
        let asked = combinations([
            ("family", ["web"]),
            (
                "containerInstance",
                [instance, "arn:aws:ecs:us-east-1:000000000000:container-instance/default/\(instance)"]
            ),
            ("serviceName", ["s", ListFilterTests.serviceARN]), ("daemonName", ["d"]),
            ("launchType", ["EC2", "FARGATE"]), ("desiredStatus", ["RUNNING", "STOPPED", "PENDING"]),
        ])
        #expect(asked.count == 432)
        for filters in asked {
            let expected = tasks.filter { matches($0, filters) }.map(\.id)
            #expect(list(region, "ListTasks", filters, "taskArns") == expected, "\(filters)")
        }
    }

    @Test("startedBy goes with a status and a launch type, and with no other filter")
    func startedBy() {
        let (region, tasks) = tasks()
        for filters in combinations([("launchType", ["EXTERNAL"]), ("desiredStatus", ["STOPPED"])]) {
            let filters = [("startedBy", "me")] + filters
            let expected = tasks.filter { matches($0, filters) }.map(\.id)
            #expect(!expected.isEmpty)
            #expect(list(region, "ListTasks", filters, "taskArns") == expected, "\(filters)")
        }
        let others = [
            ("family", "web"), ("containerInstance", ListFilterTests.instances[0]), ("serviceName", "s"),
            ("daemonName", "d"),
        ]
        for other in others {
            let answer = region.call("ListTasks", body([("startedBy", "me"), other], ""))
            #expect(answer.code == "InvalidParameterException", "\(answer.text)")
        }
    }

    // MARK: Services

    @Test("ListServices with every combination of filters finds what a scan finds, in order, page by page")
    func listServices() {
        var services: [ServiceRecord] = []
        for status in [ServiceStatus.active, .draining, .inactive] {
            for launchType in [ECS.LaunchType.ec2, .external] {
                for strategy in [ECS.SchedulingStrategy.replica, .daemon] {
                    // A service with a capacity provider strategy has no launch type.
                    for kind in ["plain", "express", "provided"] {
                        var service = ServiceRecord()
                        (service.cluster, service.status) = ("default", status)
                        service.name = "\(kind)-\(strategy.rawValue)-\(launchType.rawValue)-\(status.rawValue)"
                        service.schedulingStrategy = strategy
                        service.settings.launchType = launchType
                        if kind == "express" { service.infrastructureRoleARN = "r" }
                        if kind == "provided" {
                            service.settings.capacityProviderStrategy = [
                                ECS.CapacityProviderStrategyItem(capacityProvider: "p", weight: 1, base: 0)
                            ]
                        }
                        services.append(service)
                    }
                }
            }
        }
        let region = TestRegion()
        #expect(region.call("CreateCluster").status == 200)
        region.change { [services] tx in for service in services { tx.put(service) } }
        let asked = combinations([
            ("launchType", ["EC2", "EXTERNAL", "FARGATE"]), ("schedulingStrategy", ["REPLICA", "DAEMON"]),
            ("resourceManagementType", ["ECS", "CUSTOMER"]),
        ])
        for filters in asked {
            let expected = services.filter { service in
                guard service.status == .active else { return false }
                return filters.allSatisfy { name, value in
                    switch name {
                    case _ where value.isEmpty: true
                    case "launchType":
                        !service.name.hasPrefix("provided") && service.settings.launchType?.rawValue == value
                    case "schedulingStrategy": service.schedulingStrategy.rawValue == value
                    default: (value == "ECS") == service.name.hasPrefix("express")
                    }
                }
            }
            #expect(list(region, "ListServices", filters, "serviceArns") == expected.map(\.name).sorted(), "\(filters)")
        }
    }

    // MARK: Container instances

    /// Three instances: `a` runs a task of a service, `b` has an older agent that is away, `c` is DRAINING.
    private func instances() -> TestRegion {
        let region = TestRegion()
        #expect(region.call("CreateCluster").status == 200)
        region.change { tx in
            for (index, letter) in ["a", "b", "c"].enumerated() {
                var instance = ContainerInstanceRecord()
                (instance.cluster, instance.id) = ("default", String(repeating: letter, count: 32))
                instance.ec2InstanceID = "i-\(letter)"
                instance.agentVersion = ["1.91.0", "1.9.5", "1.91.0"][index]
                instance.agentConnected = letter != "b"
                instance.status = letter == "c" ? .draining : .active
                // A day apart: 2026-01-01, 02 and 03.
                instance.registeredAt = TestRegion.start.advanced(by: .seconds(index * 86_400))
                instance.attributes = [
                    ECS.Attribute(name: "ecs.availability-zone", value: "us-east-1\(letter)"),
                    ECS.Attribute(name: "ecs.instance-type", value: ["t3.micro", "t3.large", "m5.large"][index]),
                ]
                if letter != "c" {
                    instance.customAttributes = [ECS.Attribute(name: "stack", value: letter == "a" ? "prod" : "test")]
                }
                tx.put(instance)
            }
            var task = TaskRecord()
            (task.cluster, task.id, task.group) = ("default", "t", "service:web")
            (task.instanceID, task.lastStatus) = (String(repeating: "a", count: 32), .running)
            tx.put(task)
        }
        return region
    }

    /// Source: Amazon ECS Developer Guide, Cluster query language.
    @Test(
        "ListContainerInstances takes the whole query language",
        arguments: [
            ("attribute:stack == prod", "a"), ("attribute:stack equals prod", "a"), ("attribute:stack != prod", "bc"),
            ("attribute:stack not_equals prod", "bc"), ("attribute:stack exists", "ab"),
            ("attribute:stack !exists", "c"), ("attribute:stack not_exists", "c"),
            ("attribute:stack in [prod, test]", "ab"), ("attribute:stack in ['prod','dev']", "a"),
            ("attribute:stack !in [prod]", "bc"), ("attribute:stack not_in [prod]", "bc"),
            ("attribute:ecs.instance-type =~ t3.*", "ab"), ("attribute:ecs.instance-type matches t3", ""),
            ("attribute:ecs.instance-type !~ t3.*", "c"), ("attribute:ecs.instance-type not_matches .*large", "a"),
            (#"attribute:ecs.availability-zone == "us-east-1b""#, "b"),
            ("agentConnected == true", "ac"), ("agentConnected in [false]", "b"), ("agentConnected != true", "b"),
            ("agentVersion < 1.10", "b"), ("agentVersion less_than 1.10", "b"), ("agentVersion <= 1.9.5", "b"),
            ("agentVersion less_than_equal 1.9.5", "b"), ("agentVersion > 1.9.5", "ac"),
            ("agentVersion greater_than 1.91", ""), ("agentVersion >= 1.91", "ac"),
            ("agentVersion greater_than_equal 1.91.0", "ac"), ("agentVersion == 1.91", "ac"),
            ("ec2InstanceId == i-a", "a"), ("ec2InstanceId in ['i-a', 'i-c']", "ac"), ("ec2InstanceId =~ i-[bc]", "bc"),
            ("registeredAt < 2026-01-02", "a"), ("registeredAt >= 2026-01-02T00:00:00Z", "bc"),
            ("registeredAt == 2026-01-02T00:00:00", "b"), ("registeredAt != 2026-01-02T01:00:00+01:00", "ac"),
            ("runningTasksCount == 1", "a"), ("runningTasksCount < 1", "bc"), ("runningTasksCount >= 0", "abc"),
            ("task:group == service:web", "a"), ("not(task:group == service:web)", "bc"),
            ("task:group =~ service:.*", "a"), ("task:group in [service:web, family:x]", "a"),
            ("attribute:stack == prod or attribute:stack == test and agentConnected == true", "a"),
            ("(attribute:stack == prod || attribute:stack == test) && agentConnected == false", "b"),
            ("!(attribute:stack exists) and agentConnected == true", "c"), ("not attribute:stack exists", "c"),
            ("", "abc"),
        ])
    func queries(filter: String, expected: String) {
        let text = filter.replacing(#"""#, with: #"\""#)
        let found = list(instances(), "ListContainerInstances", [("filter", text)], "containerInstanceArns")
        #expect(found.map { String($0.prefix(1)) }.joined() == expected)
    }

    @Test("a filter and a status both count")
    func queryAndStatus() {
        let filters = combinations([("filter", ["agentConnected == true"]), ("status", ["ACTIVE", "DRAINING"])])
        let found = filters.map { list(instances(), "ListContainerInstances", $0, "containerInstanceArns") }
        #expect(found.map { $0.map { String($0.prefix(1)) }.joined() } == ["abc", "ab", "c", "ac", "a", "c"])
    }

    @Test(
        "what is no expression is refused",
        arguments: [
            "stack == prod", "attribute:stack", "attribute:stack == prod AND agentConnected == true",
            "attribute:stack in prod", "attribute:stack =~ (", "registeredAt < yesterday", "runningTasksCount == many",
            "(attribute:stack exists", "attribute:stack = prod", "attribute:stack exists prod",
        ])
    func badQueries(filter: String) {
        let answer = instances().call("ListContainerInstances", #"{"filter":"\#(filter)"}"#)
        #expect(answer.code == "InvalidParameterException", "\(answer.text)")
    }
}
