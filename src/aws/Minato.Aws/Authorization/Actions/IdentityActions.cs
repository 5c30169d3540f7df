namespace Minato.Aws.Authorization;

/// <summary>IAM and STS.</summary>
internal static class IdentityActions
{
    public static ActionTable Iam() => new("iam", "arn:aws:iam::{account}:", """
        * : CreateAccountAlias DeleteAccountAlias DeleteAccountPasswordPolicy GenerateCredentialReport GetAccountAuthorizationDetails GetAccountPasswordPolicy GetAccountSummary
        * : GetContextKeysForCustomPolicy GetCredentialReport ListAccountAliases ListOpenIDConnectProviders ListPolicies ListSAMLProviders SimulateCustomPolicy UpdateAccountPasswordPolicy
        * : ListServerCertificates ListVirtualMFADevices
        user/{PathPrefix^|} : ListUsers
        group/{PathPrefix^|} : ListGroups
        role/{PathPrefix^|} : ListRoles
        instance-profile/{PathPrefix^|} : ListInstanceProfiles
        user/{UserName|:self} : CreateAccessKey DeleteAccessKey UpdateAccessKey GetUser ListAccessKeys ListMFADevices ListSigningCertificates ListSSHPublicKeys ListServiceSpecificCredentials
        user/{UserName|:self} : ChangePassword CreateLoginProfile DeleteLoginProfile GetLoginProfile UpdateLoginProfile
        user/* : GetAccessKeyLastUsed
        user/{UserName} ? iam:PermissionsBoundary={PermissionsBoundary} : CreateUser PutUserPermissionsBoundary
        user/{UserName} ? iam:PolicyARN={PolicyArn} : AttachUserPolicy DetachUserPolicy
        user/{UserName} : DeleteUser DeleteUserPermissionsBoundary DeleteUserPolicy GetUserPolicy ListAttachedUserPolicies ListGroupsForUser ListUserPolicies ListUserTags PutUserPolicy
        user/{UserName} : TagUser UntagUser UpdateUser
        group/{GroupName} ? iam:PolicyARN={PolicyArn} : AttachGroupPolicy DetachGroupPolicy
        group/{GroupName} : AddUserToGroup CreateGroup DeleteGroup DeleteGroupPolicy GetGroup GetGroupPolicy ListAttachedGroupPolicies ListGroupPolicies PutGroupPolicy
        group/{GroupName} : RemoveUserFromGroup UpdateGroup
        role/{RoleName} ? iam:PermissionsBoundary={PermissionsBoundary} : CreateRole PutRolePermissionsBoundary
        role/{RoleName} ? iam:PolicyARN={PolicyArn} : AttachRolePolicy DetachRolePolicy
        role/{RoleName} : DeleteRole DeleteRolePermissionsBoundary DeleteRolePolicy GetRole GetRolePolicy ListAttachedRolePolicies ListInstanceProfilesForRole ListRolePolicies ListRoleTags
        role/{RoleName} : PutRolePolicy TagRole UntagRole UpdateAssumeRolePolicy UpdateRole UpdateRoleDescription DeleteServiceLinkedRole
        role/aws-service-role/{AWSServiceName}/* ? iam:AWSServiceName={AWSServiceName} : CreateServiceLinkedRole
        role/{DeletionTaskId} : GetServiceLinkedRoleDeletionStatus
        policy/{PolicyName} : CreatePolicy
        {PolicyArn} : CreatePolicyVersion DeletePolicy DeletePolicyVersion GetPolicy GetPolicyVersion ListEntitiesForPolicy ListPolicyTags ListPolicyVersions SetDefaultPolicyVersion TagPolicy UntagPolicy
        instance-profile/{InstanceProfileName} : AddRoleToInstanceProfile CreateInstanceProfile DeleteInstanceProfile GetInstanceProfile ListInstanceProfileTags RemoveRoleFromInstanceProfile
        instance-profile/{InstanceProfileName} : TagInstanceProfile UntagInstanceProfile
        role/{RoleName} ? iam:PassedToService=ec2.amazonaws.com if RoleName : AddRoleToInstanceProfile=PassRole
        oidc-provider/* : CreateOpenIDConnectProvider
        {OpenIDConnectProviderArn} : AddClientIDToOpenIDConnectProvider DeleteOpenIDConnectProvider GetOpenIDConnectProvider ListOpenIDConnectProviderTags
        {OpenIDConnectProviderArn} : RemoveClientIDFromOpenIDConnectProvider TagOpenIDConnectProvider UntagOpenIDConnectProvider UpdateOpenIDConnectProviderThumbprint
        saml-provider/{Name} : CreateSAMLProvider
        {SAMLProviderArn} : DeleteSAMLProvider GetSAMLProvider ListSAMLProviderTags TagSAMLProvider UntagSAMLProvider UpdateSAMLProvider
        server-certificate/{ServerCertificateName} : DeleteServerCertificate GetServerCertificate ListServerCertificateTags TagServerCertificate UntagServerCertificate UpdateServerCertificate
        server-certificate/{ServerCertificateName} : UploadServerCertificate
        {PolicySourceArn} : GetContextKeysForPrincipalPolicy SimulatePrincipalPolicy
        """);

    public static ActionTable Sts() => new("sts", "arn:aws:sts::{account}:", """
        * : DecodeAuthorizationMessage GetAccessKeyInfo
        federated-user/{Name} : GetFederationToken
        {RoleArn} ? sts:ExternalId={ExternalId} sts:RoleSessionName={RoleSessionName} sts:SourceIdentity={SourceIdentity} sts:TransitiveTagKeys={TransitiveTagKeys} : AssumeRole
        {RoleArn} if Tags : AssumeRole=TagSession
        {RoleArn} ? sts:SourceIdentity={SourceIdentity} if SourceIdentity : AssumeRole=SetSourceIdentity
        """);

    public static ActionTable AccessAnalyzer() => new("access-analyzer", "arn:aws:access-analyzer:{region}:{account}:", "* : ValidatePolicy");

    // The ids of organizations are in no request: their room knows them.
    public static ActionTable Organizations() => new("organizations", "arn:aws:organizations::{account}:", """
        * : CreateOrganization DeleteOrganization DescribeOrganization ListRoots ListAccounts ListCreateAccountStatus DescribeCreateAccountStatus CreateAccount
        * ? organizations:ServicePrincipal={ServicePrincipal} : ListAWSServiceAccessForOrganization ListDelegatedAdministrators
        * ? organizations:PolicyType={Type} : CreatePolicy
        * ? organizations:PolicyType={Filter} : ListPolicies
        root/*/{RootId} ? organizations:PolicyType={PolicyType} : EnablePolicyType DisablePolicyType
        account/*/{AccountId} : DescribeAccount CloseAccount MoveAccount
        ou/*/{ParentId} : CreateOrganizationalUnit ListAccountsForParent ListChildren ListOrganizationalUnitsForParent
        ou/*/{SourceParentId} ou/*/{DestinationParentId} : MoveAccount
        ou/*/{OrganizationalUnitId} : DeleteOrganizationalUnit DescribeOrganizationalUnit UpdateOrganizationalUnit
        account/*/{ChildId} : ListParents
        policy/*/service_control_policy/{PolicyId} : DescribePolicy UpdatePolicy DeletePolicy ListTargetsForPolicy AttachPolicy DetachPolicy
        account/*/{TargetId} : AttachPolicy DetachPolicy
        account/*/{TargetId} ? organizations:PolicyType={Filter} : ListPoliciesForTarget
        account/*/{ResourceId} : ListTagsForResource TagResource UntagResource
        """);
}
