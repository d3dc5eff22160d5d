import AWSModels
import AWSWire
import State
import Testing

/// How much a request may name, how long pages are, and which clusters there are.
@Suite("Limits of requests") struct LimitsTests {
    /// An operation with a list of names.
    struct Batch: Sendable, CustomTestStringConvertible {
        var operation: String
        var list: String
        var maximum: Int
        /// How many are answered at once, for an operation with pages.
        var page = Int.max
        /// What stands before the number in each name.
        var prefix = ""
        var more = ""

        var testDescription: String { operation }
    }

    private static let arn = "arn:aws:ecs:us-east-1:000000000000:"

    /// Source: Amazon ECS API Reference, the operations named here.
    @Test(
        "so many names at once are taken, and not one more",
        arguments: [
            Batch(operation: "DescribeClusters", list: "clusters", maximum: 100),
            Batch(operation: "DescribeTasks", list: "tasks", maximum: 100),
            Batch(operation: "DescribeContainerInstances", list: "containerInstances", maximum: 100),
            Batch(operation: "DescribeServices", list: "services", maximum: 10),
            Batch(operation: "DescribeCapacityProviders", list: "capacityProviders", maximum: 100, page: 10),
            Batch(
                operation: "DescribeServiceDeployments", list: "serviceDeploymentArns", maximum: 20,
                prefix: arn + "service-deployment/default/s/"),
            Batch(
                operation: "DescribeServiceRevisions", list: "serviceRevisionArns", maximum: 20,
                prefix: arn + "service-revision/default/s/"),
            Batch(
                operation: "DescribeDaemonDeployments", list: "daemonDeploymentArns", maximum: 20,
                prefix: arn + "daemon-deployment/default/d/"),
            Batch(
                operation: "DescribeDaemonRevisions", list: "daemonRevisionArns", maximum: 20,
                prefix: arn + "daemon-revision/default/d/"),
            Batch(operation: "GetTaskProtection", list: "tasks", maximum: 100, more: #""cluster":"default""#),
            Batch(
                operation: "UpdateTaskProtection", list: "tasks", maximum: 10,
                more: #""cluster":"default","protectionEnabled":true"#),
            Batch(
                operation: "UpdateContainerInstancesState", list: "containerInstances", maximum: 10,
                more: #""status":"DRAINING""#),
            Batch(
                operation: "StartTask", list: "containerInstances", maximum: 10, more: #""taskDefinition":"web""#),
            Batch(operation: "DeleteTaskDefinitions", list: "taskDefinitions", maximum: 10, prefix: "gone:1"),
        ])
    func batches(batch: Batch) {
        let region = region()
        for (count, isFine) in [(1, true), (batch.maximum, true), (batch.maximum + 1, false)] {
            let names = (0..<count).map { #""\#(batch.prefix)\#($0)""# }.joined(separator: ",")
            let more = batch.more.isEmpty ? "" : "," + batch.more
            let answer = region.call(batch.operation, #"{"\#(batch.list)":[\#(names)]\#(more)}"#)
            #expect(answer.code == (isFine ? nil : "InvalidParameterException"), "\(count): \(answer.text)")
            // All of them are unknown.
            guard isFine else { continue }
            #expect(answer.json["failures"]?.arrayValue?.count == min(count, batch.page), "\(answer.text)")
        }
    }

    @Test("up to ten attributes are set and taken away at once")
    func attributes() {
        let region = region()
        region.connectInstance()
        let target = region.call("ListContainerInstances").json["containerInstanceArns"]?.arrayValue?.first?.stringValue
        for operation in ["PutAttributes", "DeleteAttributes"] {
            for (count, isFine) in [(0, false), (10, true), (11, false)] {
                let list = (0..<count).map { #"{"name":"a\#($0)","targetId":"\#(target ?? "")"}"# }
                let answer = region.call(operation, #"{"attributes":[\#(list.joined(separator: ","))]}"#)
                #expect(answer.code == (isFine ? nil : "InvalidParameterException"), "\(count): \(answer.text)")
            }
        }
    }

    // MARK: Pages

    /// An operation that lists.
    struct Page: Sendable, CustomTestStringConvertible {
        var operation: String
        var list: String
        var size: Int
        var maximum = 100
        var more = ""

        var testDescription: String { operation }
    }

    /// Source: Amazon ECS API Reference, maxResults of the operations named here.
    @Test(
        "a page has its size when nothing is said, and a largest one",
        arguments: [
            Page(operation: "ListClusters", list: "clusterArns", size: 100),
            Page(operation: "ListTasks", list: "taskArns", size: 100),
            Page(operation: "ListServices", list: "serviceArns", size: 10),
            Page(operation: "ListServicesByNamespace", list: "serviceArns", size: 10, more: #""namespace":"n""#),
            Page(operation: "ListContainerInstances", list: "containerInstanceArns", size: 100),
            Page(operation: "ListTaskDefinitions", list: "taskDefinitionArns", size: 100),
            Page(operation: "ListTaskDefinitionFamilies", list: "families", size: 100),
            Page(
                operation: "ListAttributes", list: "attributes", size: 100,
                more: #""targetType":"container-instance","attributeName":"a""#),
            Page(operation: "ListServiceDeployments", list: "serviceDeployments", size: 20, more: #""service":"s000""#),
            Page(operation: "DescribeCapacityProviders", list: "capacityProviders", size: 10, maximum: 10),
            Page(
                operation: "ListAccountSettings", list: "settings", size: 10, maximum: 10,
                more: #""effectiveSettings":true"#),
        ])
    func pages(page: Page) {
        let region = region()
        region.change { tx in LimitsTests.fill(&tx) }
        let more = page.more.isEmpty ? "" : "," + page.more
        func ask(_ size: String) -> Answer { region.call(page.operation, #"{\#(size)\#(more)}"#) }
        func count(_ answer: Answer) -> Int? { answer.json[page.list]?.arrayValue?.count }
        let first = ask(#""nextToken":null"#)
        #expect(count(first) == page.size, "\(first.text)")
        #expect(first.json["nextToken"]?.stringValue?.isEmpty == false)
        #expect(count(ask(#""maxResults":1"#)) == 1)
        #expect(count(ask(#""maxResults":\#(page.maximum)"#)) == page.maximum)
        for size in [0, -1, page.maximum + 1] {
            #expect(ask(#""maxResults":\#(size)"#).code == "InvalidParameterException")
        }
        #expect(ask(#""nextToken":"none of ours""#).code == "InvalidParameterException")
    }

    /// A hundred and one of everything.
    private static func fill(_ tx: inout Transaction) {
        for number in 0...100 {
            let name = (number < 10 ? "00" : number < 100 ? "0" : "") + "\(number)"
            var cluster = ClusterRecord()
            cluster.name = "c" + name
            tx.put(cluster)
            var instance = ContainerInstanceRecord()
            (instance.cluster, instance.id) = ("default", "i" + name)
            instance.customAttributes = [ECS.Attribute(name: "a")]
            tx.put(instance)
            var task = TaskRecord()
            (task.cluster, task.id) = ("default", "t" + name)
            tx.put(task)
            var definition = TaskDefinitionRecord()
            (definition.family, definition.revision) = ("f" + name, 1)
            tx.put(definition)
            var family = TaskDefinitionFamilyRecord()
            (family.family, family.latestRevision) = ("f" + name, 1)
            tx.put(family)
            var provider = CapacityProviderRecord()
            provider.name = "p" + name
            tx.put(provider)
            var service = ServiceRecord()
            (service.cluster, service.name) = ("default", "s" + name)
            service.settings.serviceConnectConfiguration = ECS.ServiceConnectConfiguration(
                enabled: true, namespace: "n")
            tx.put(service)
            var deployment = ServiceDeploymentRecord()
            (deployment.cluster, deployment.service, deployment.id) = ("default", "s000", "d" + name)
            tx.put(deployment)
        }
    }

    // MARK: Clusters

    /// Operations that look into a cluster, with what else they need.
    private static let inCluster: [(operation: String, members: String)] = [
        ("ListTasks", ""), ("ListServices", ""), ("ListContainerInstances", ""),
        ("ListAttributes", #""targetType":"container-instance""#), ("DescribeTasks", #""tasks":["t"]"#),
        ("DescribeServices", #""services":["s"]"#), ("DescribeContainerInstances", #""containerInstances":["i"]"#),
        ("DescribeTaskSets", #""service":"s""#), ("GetTaskProtection", #""tasks":["t"]"#),
        ("ListServiceDeployments", #""service":"s""#), ("RunTask", #""taskDefinition":"web""#),
        ("StartTask", #""taskDefinition":"web","containerInstances":["i"]"#), ("StopTask", #""task":"t""#),
        ("CreateService", #""serviceName":"s","taskDefinition":"web","desiredCount":1"#),
        ("UpdateService", #""service":"s""#), ("DeleteService", #""service":"s""#),
        ("CreateTaskSet", #""service":"s","taskDefinition":"web""#),
        ("UpdateTaskSet", #""service":"s","taskSet":"1","scale":{}"#),
        ("DeleteTaskSet", #""service":"s","taskSet":"1""#),
        ("UpdateServicePrimaryTaskSet", #""service":"s","primaryTaskSet":"1""#),
        ("UpdateTaskProtection", #""tasks":["t"],"protectionEnabled":true"#),
        ("ExecuteCommand", #""task":"t","command":"sh","interactive":true"#),
        ("UpdateContainerInstancesState", #""containerInstances":["i"],"status":"DRAINING""#),
        ("DeregisterContainerInstance", #""containerInstance":"i""#),
        ("UpdateContainerAgent", #""containerInstance":"i""#), ("RegisterContainerInstance", ""),
        ("PutAttributes", #""attributes":[{"name":"a","targetId":"i","targetType":"container-instance"}]"#),
        ("DeleteAttributes", #""attributes":[{"name":"a","targetId":"i","targetType":"container-instance"}]"#),
        ("UpdateCluster", ""), ("UpdateClusterSettings", #""settings":[]"#),
        ("PutClusterCapacityProviders", #""capacityProviders":[],"defaultCapacityProviderStrategy":[]"#),
    ]

    /// Observed: these words.
    @Test(
        "an unknown cluster and a deleted one have words of their own, whatever is asked of them",
        arguments: [("gone", "Cluster not found."), ("old", "The referenced cluster was inactive.")])
    func clusters(name: String, says: String) {
        let region = region()
        #expect(region.call("CreateCluster", #"{"clusterName":"old"}"#).status == 200)
        #expect(region.call("DeleteCluster", #"{"cluster":"old"}"#).status == 200)
        for (operation, members) in LimitsTests.inCluster {
            for cluster in [name, LimitsTests.arn + "cluster/" + name] {
                let rest = members.isEmpty ? "" : "," + members
                let answer = region.call(operation, #"{"cluster":"\#(cluster)"\#(rest)}"#)
                #expect(answer.code == "ClusterNotFoundException", "\(operation): \(answer.text)")
                #expect(answer.message == says, "\(operation)")
            }
        }
    }

    private func region() -> TestRegion {
        let region = TestRegion()
        let definition = #"{"family":"web","containerDefinitions":[{"name":"web","image":"nginx","memory":128}]}"#
        for (operation, body) in [("CreateCluster", "{}"), ("RegisterTaskDefinition", definition)] {
            #expect(region.call(operation, body).status == 200)
        }
        return region
    }
}
