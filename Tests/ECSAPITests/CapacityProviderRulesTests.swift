import Testing

/// What the operations on capacity providers and strategies refuse.
@Suite("Rules for capacity providers") struct CapacityProviderRulesTests {
    struct Row: Sendable, CustomTestStringConvertible {
        /// Members of the request.
        var members: String
        /// A part of the error's message.
        var says: String
        var code = "InvalidParameterException"

        var testDescription: String { members }
    }

    private static let instances = """
        "managedInstancesProvider":{"infrastructureRoleArn":"arn:aws:iam::000000000000:role/ecs",\
        "instanceLaunchTemplate":{"ec2InstanceProfileArn":"arn:aws:iam::000000000000:instance-profile/ecs",\
        "networkConfiguration":{"subnets":["subnet-1"]}}}
        """

    /// Two groups, the second one scaled; a cluster that has both and Fargate, and an empty one.
    private func region() -> TestRegion {
        let region = TestRegion()
        let calls = [
            ("CreateCapacityProvider", #"{"name":"a","autoScalingGroupProvider":{"autoScalingGroupArn":"group-a"}}"#),
            (
                "CreateCapacityProvider",
                #"{"name":"b","autoScalingGroupProvider":{"autoScalingGroupArn":"group-b","#
                    + #""managedScaling":{"status":"ENABLED"}}}"#
            ),
            ("CreateCluster", #"{"clusterName":"web","capacityProviders":["a","b","FARGATE"]}"#),
            ("CreateCluster", #"{"clusterName":"empty"}"#),
            ("CreateCapacityProvider", #"{"name":"mi","cluster":"web",\#(CapacityProviderRulesTests.instances)}"#),
        ]
        for (operation, body) in calls {
            let answer = region.call(operation, body)
            #expect(answer.status == 200, "\(answer.text)")
        }
        return region
    }

    private func check(_ operation: String, _ body: String, _ row: Row) {
        let answer = region().call(operation, body)
        #expect(answer.code == row.code, "\(answer.text)")
        #expect(answer.message.contains(row.says), "\(answer.message)")
    }

    @Test(
        "CreateCapacityProvider",
        arguments: [
            Row(members: #""name":"ecs-1""#, says: "name is invalid"),
            Row(members: #""name":"a b""#, says: "name is invalid"),
            Row(members: #""name":"""#, says: "name is invalid"),
            Row(members: #""name":"c""#, says: "exactly one of"),
            Row(
                members: #""name":"c","autoScalingGroupProvider":{"autoScalingGroupArn":"arn:aws:ecs:x:y:z"}"#,
                says: "ARN is not valid", code: "ClientException"),
            Row(
                members: #""name":"c","autoScalingGroupProvider":{"autoScalingGroupArn":""}"#,
                says: "ARN is not valid", code: "ClientException"),
            Row(
                members: #""name":"c","cluster":"web","autoScalingGroupProvider":{"autoScalingGroupArn":"c"}"#,
                says: "cluster can only be specified"),
            Row(
                members: #""name":"c","autoScalingGroupProvider":{"autoScalingGroupArn":"c","#
                    + #""managedTerminationProtection":"ENABLED"}"#,
                says: "managed termination protection setting for the capacity provider is invalid"),
            Row(
                members: #""name":"c","autoScalingGroupProvider":{"autoScalingGroupArn":"c","#
                    + #""managedScaling":{"targetCapacity":101}}"#,
                says: "targetCapacity", code: "InvalidParameterException"),
            Row(
                members: #""name":"c","autoScalingGroupProvider":{"autoScalingGroupArn":"c","#
                    + #""managedScaling":{"minimumScalingStepSize":9,"maximumScalingStepSize":8}}"#,
                says: "must not be larger"),
            Row(members: #""name":"c",\#(instances)"#, says: "must specify a cluster"),
            Row(
                members: #""name":"c","cluster":"gone",\#(instances)"#, says: "Cluster not found.",
                code: "ClusterNotFoundException"),
        ])
    func create(row: Row) { check("CreateCapacityProvider", "{\(row.members)}", row) }

    @Test(
        "a strategy",
        arguments: [
            Row(members: #"{"capacityProvider":"gone","weight":1}"#, says: "'gone' was not found"),
            Row(members: #"{"capacityProvider":"FARGATE_SPOT","weight":1}"#, says: "not associated"),
            Row(
                members: #"{"capacityProvider":"a","weight":1},{"capacityProvider":"a","weight":1}"#,
                says: "provider twice"),
            Row(
                members: #"{"capacityProvider":"a","weight":1},{"capacityProvider":"FARGATE","weight":1}"#,
                says: "a mix of capacity providers using Auto Scaling groups and Fargate"),
            Row(
                members: #"{"capacityProvider":"a","weight":1},{"capacityProvider":"mi","weight":1}"#,
                says: "a mix of Amazon ECS Managed Instances"),
            Row(
                members: #"{"capacityProvider":"a","base":1,"weight":1},{"capacityProvider":"b","base":1}"#,
                says: "can have a base"),
            Row(members: #"{"capacityProvider":"a","base":1}"#, says: "a weight above 0"),
            Row(members: #"{"capacityProvider":"a","weight":1001}"#, says: "weight"),
            Row(members: #"{"capacityProvider":"a","weight":-1}"#, says: "weight"),
            Row(members: #"{"capacityProvider":"a","weight":1,"base":100001}"#, says: "base"),
            Row(
                members: (1...21).map { #"{"capacityProvider":"p\#($0)","weight":1}"# }.joined(separator: ","),
                says: "more than 20 capacity providers"),
            Row(
                members: #"{"capacityProvider":"a","weight":0},{"capacityProvider":"b","weight":0}"#,
                says: "a weight above 0"),
        ])
    func strategy(row: Row) {
        let body =
            #"{"cluster":"web","capacityProviders":["a","b","FARGATE"],"defaultCapacityProviderStrategy":["#
            + row.members + "]}"
        check("PutClusterCapacityProviders", body, row)
    }

    @Test(
        "a cluster's providers",
        arguments: [
            Row(members: #""gone""#, says: "'gone' was not found"),
            Row(members: #""b""#, says: "already associated with the cluster web"),
            Row(members: #""mi""#, says: "'mi' was not found"),
            Row(members: #""arn:aws:ecs:us-east-1:000000000000:cluster/a""#, says: "Invalid identifier"),
        ])
    func associate(row: Row) {
        let body =
            #"{"cluster":"empty","capacityProviders":["# + row.members + #"],"defaultCapacityProviderStrategy":[]}"#
        check("PutClusterCapacityProviders", body, row)
    }

    @Test("a group that is not scaled may serve several clusters, and cannot be scaled then")
    func several() {
        let region = region()
        let put = region.call(
            "PutClusterCapacityProviders",
            #"{"cluster":"empty","capacityProviders":["a"],"defaultCapacityProviderStrategy":[]}"#)
        #expect(put.status == 200, "\(put.text)")
        let update = region.call(
            "UpdateCapacityProvider",
            #"{"name":"a","autoScalingGroupProvider":{"managedScaling":{"status":"ENABLED"}}}"#)
        #expect(update.message.contains("associated with several clusters"), "\(update.text)")
    }

    @Test("a deleted provider is described for a day")
    func deleted() {
        let region = region()
        for name in ["web", "empty"] {
            let body = #"{"cluster":"\#(name)","capacityProviders":[],"defaultCapacityProviderStrategy":[]}"#
            #expect(region.call("PutClusterCapacityProviders", body).status == 200)
        }
        let answer = region.call("DeleteCapacityProvider", #"{"capacityProvider":"a"}"#)
        #expect(answer.json["capacityProvider"]?["status"]?.stringValue == "INACTIVE", "\(answer.text)")
        let repeated = region.call("DeleteCapacityProvider", #"{"capacityProvider":"a"}"#)
        #expect(repeated.json["capacityProvider"]?["updateStatus"]?.stringValue == "DELETE_COMPLETE")
        let described = region.call("DescribeCapacityProviders", #"{"capacityProviders":["a"]}"#)
        #expect(described.json["capacityProviders"]?.arrayValue?.count == 1, "\(described.text)")
        let associated = region.call(
            "PutClusterCapacityProviders",
            #"{"cluster":"web","capacityProviders":["a"],"defaultCapacityProviderStrategy":[]}"#)
        #expect(associated.message.contains("'a' was not found"), "\(associated.text)")
    }
}
