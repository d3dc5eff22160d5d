import AWSModels
import AWSWire
import State
import Testing

/// What a service's status and its controller allow, and what an update does to lists.
@Suite("Services over their life") struct ServiceLifeTests {
    private static let group = "arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/web/1234567890abcdef"
    private static let registry = "arn:aws:servicediscovery:us-east-1:000000000000:service/srv-1"
    private static let lattice = "arn:aws:vpc-lattice:us-east-1:000000000000:targetgroup/tg-1"
    private static let role = "arn:aws:iam::000000000000:role/r"

    /// A region with a definition that has a named port, and one that has a volume as well.
    private func region() -> TestRegion {
        let region = TestRegion()
        region.addTargetGroups()
        let container =
            #"{"name":"web","image":"nginx","memory":64,"portMappings":[{"containerPort":80,"name":"http"}]}"#
        let calls = [
            ("CreateCluster", "{}"),
            ("RegisterTaskDefinition", #"{"family":"web","containerDefinitions":[\#(container)]}"#),
            (
                "RegisterTaskDefinition",
                #"{"family":"disk","containerDefinitions":[\#(container)],"#
                    + #""volumes":[{"name":"v","configuredAtLaunch":true}]}"#
            ),
        ]
        for (operation, body) in calls {
            let answer = region.call(operation, body)
            #expect(answer.status == 200, "\(answer.text)")
        }
        return region
    }

    private func create(_ region: TestRegion, _ members: String) {
        let answer = region.call("CreateService", #"{"serviceName":"s","desiredCount":1,\#(members)}"#)
        #expect(answer.status == 200, "\(answer.text)")
    }

    private func deployments(_ answer: Answer) -> Int? { answer.json["service"]?["deployments"]?.arrayValue?.count }

    // MARK: Deployments

    private static let balanced =
        #""loadBalancers":[{"targetGroupArn":"\#(group)","containerName":"web","containerPort":80}]"#
    private static let registered =
        #""serviceRegistries":[{"registryArn":"\#(registry)","containerName":"web","containerPort":80}]"#
    private static let latticed =
        #""vpcLatticeConfigurations":[{"roleArn":"\#(role)","targetGroupArn":"\#(lattice)","portName":"http"}]"#

    private static func volume(_ size: Int) -> String {
        #""volumeConfigurations":[{"name":"v","managedEBSVolume":{"roleArn":"\#(role)","sizeInGiB":\#(size)}}]"#
    }

    /// Source: Amazon ECS API Reference, UpdateService: lists replace the old ones, and an empty one takes all away.
    @Test(
        "an empty list takes away what is there, and begins a deployment where the list itself does",
        arguments: [
            ("loadBalancers", balanced, true), ("serviceRegistries", registered, true),
            ("vpcLatticeConfigurations", latticed, true),
            ("placementConstraints", #""placementConstraints":[{"type":"distinctInstance"}]"#, false),
            ("placementStrategy", #""placementStrategy":[{"type":"random"}]"#, false),
        ])
    func emptyLists(name: String, members: String, deploys: Bool) {
        let region = region()
        create(region, #""taskDefinition":"web",\#(members)"#)
        func shown() -> JSONValue? {
            let service = region.call("DescribeServices", #"{"services":["s"]}"#).json["services"]?.arrayValue?.first
            return service?[name] ?? service?["deployments"]?.arrayValue?.first?[name]
        }
        #expect(shown()?.arrayValue?.count == 1)
        let same = region.call("UpdateService", #"{"service":"s",\#(members)}"#)
        #expect(deployments(same) == 1, "what is there already is no change")
        let empty = region.call("UpdateService", #"{"service":"s","\#(name)":[]}"#)
        #expect(deployments(empty) == (deploys ? 2 : 1), "\(empty.text)")
        #expect((shown()?.arrayValue ?? []).isEmpty)
        let null = region.call("UpdateService", #"{"service":"s","\#(name)":null}"#)
        #expect(deployments(null) == deployments(empty), "a member that is null is absent")
    }

    /// Source: Amazon ECS API Reference, UpdateService (volumeConfigurations).
    @Test("other settings of a volume begin a deployment, none at all do not")
    func volumes() {
        let region = region()
        create(region, #""taskDefinition":"disk",\#(ServiceLifeTests.volume(10))"#)
        #expect(deployments(region.call("UpdateService", #"{"service":"s","volumeConfigurations":null}"#)) == 1)
        #expect(deployments(region.call("UpdateService", #"{"service":"s",\#(ServiceLifeTests.volume(10))}"#)) == 1)
        #expect(deployments(region.call("UpdateService", #"{"service":"s",\#(ServiceLifeTests.volume(20))}"#)) == 2)
    }

    @Test("rebalancing stays as it was said until it is said otherwise")
    func rebalancing() {
        let region = region()
        create(region, #""taskDefinition":"web","availabilityZoneRebalancing":"DISABLED""#)
        let update = region.call("UpdateService", #"{"service":"s","desiredCount":2}"#)
        #expect(update.json["service"]?["availabilityZoneRebalancing"]?.stringValue == "DISABLED")
        let tight = region.call(
            "UpdateService",
            #"{"service":"s","availabilityZoneRebalancing":"ENABLED","deploymentConfiguration":{"maximumPercent":100,"#
                + #""minimumHealthyPercent":0}}"#)
        #expect(tight.message == "This service does not support Availability Zone rebalancing.")
    }

    /// Source: Amazon ECS API Reference, UpdateService: for services of CodeDeploy.
    @Test(
        "of a service of CodeDeploy's only what does not concern its deployments is updated",
        arguments: [
            (#""desiredCount":3"#, nil), (#""deploymentConfiguration":{"maximumPercent":200}"#, nil),
            (#""healthCheckGracePeriodSeconds":9"#, nil),
            (#""placementConstraints":[{"type":"distinctInstance"}]"#, nil),
            (#""placementStrategy":[{"type":"random"}],"availabilityZoneRebalancing":"DISABLED""#, nil),
            (#""enableECSManagedTags":true"#, nil), (#""propagateTags":"SERVICE""#, nil),
            (#""taskDefinition":"web""#, "task definition"), (#""platformVersion":"LATEST""#, "platform version"),
            (#""networkConfiguration":{}"#, "network configuration"), (#""loadBalancers":[]"#, "load balancers"),
            (#""serviceRegistries":[]"#, "service registries"), (#""forceNewDeployment":true"#, "a forced deployment"),
        ] as [(String, String?)])
    func codeDeploy(members: String, refused: String?) {
        let region = region()
        create(region, #""taskDefinition":"web","deploymentController":{"type":"CODE_DEPLOY"}"#)
        let answer = region.call("UpdateService", #"{"service":"s",\#(members)}"#)
        guard let refused else {
            #expect(answer.status == 200, "\(answer.text)")
            return
        }
        #expect(answer.code == "InvalidParameterException", "\(answer.text)")
        #expect(answer.message.contains(refused), "\(answer.message)")
    }

    /// Source: Amazon ECS Developer Guide, Service throttle logic.
    @Test("any update ends the wait after tasks that failed to start")
    func throttle() {
        let region = region()
        create(region, #""taskDefinition":"web""#)
        region.change { tx in
            tx.update(ServiceRecord.key("default", "s")) { service in
                service.changePrimary { deployment in
                    (deployment.launchFailures, deployment.notBefore) = (7, TestRegion.start.advanced(by: .seconds(64)))
                }
            }
        }
        #expect(region.call("UpdateService", #"{"service":"s","propagateTags":"SERVICE"}"#).status == 200)
        let primary = region.snapshot.get(ServiceRecord.key("default", "s"))?.primary
        #expect(primary?.launchFailures == 0)
        #expect(primary?.notBefore == nil)
    }

    // MARK: The end

    private func end(_ region: TestRegion) {
        #expect(region.call("DeleteService", #"{"service":"s","force":true}"#).status == 200)
        region.change { tx in
            tx.update(ServiceRecord.key("default", "s")) { service in
                (service.status, service.deletedAt) = (.inactive, TestRegion.start)
            }
        }
    }

    @Test("an INACTIVE service is described, and nothing else can be done with it")
    func inactive() {
        let region = region()
        create(region, #""taskDefinition":"web""#)
        end(region)
        let shown = region.call("DescribeServices", #"{"services":["s"]}"#).json["services"]?.arrayValue?.first
        #expect(shown?["status"]?.stringValue == "INACTIVE")
        #expect(shown?["deployments"]?.arrayValue?.isEmpty == true)
        #expect(region.call("ListServices").json["serviceArns"]?.arrayValue?.isEmpty == true)
        #expect(region.call("UpdateService", #"{"service":"s","desiredCount":0}"#).code == "ServiceNotActiveException")
        #expect(region.call("DeleteService", #"{"service":"s"}"#).code == "ServiceNotFoundException")
    }

    @Test("the name of an INACTIVE service is free: the next one begins anew")
    func nameIsFree() {
        let region = region()
        create(region, #""taskDefinition":"web","tags":[{"key":"old","value":""}]"#)
        end(region)
        region.wait(.seconds(60))
        let next = region.call(
            "CreateService",
            #"{"serviceName":"s","taskDefinition":"disk","desiredCount":2,\#(ServiceLifeTests.volume(1))}"#
        )
        let service = next.json["service"]
        #expect(service?["status"]?.stringValue == "ACTIVE", "\(next.text)")
        #expect(service?["createdAt"]?.doubleValue == 1_767_225_660)
        #expect(service?["tags"]?.arrayValue?.isEmpty == true)
        #expect(deployments(next) == 1)
    }
}
